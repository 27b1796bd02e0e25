#include "dependents/guard_lab.hpp"

#include "support/catch.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace guard_lab {
namespace {

std::string must_run(const std::vector<std::string>& words) {
  const auto done = lab::run(words);
  INFO(fmt::format("{}\n{}{}", fmt::join(words, " "), done.out, done.err));
  REQUIRE(done.status == 0);
  return done.out;
}

} // namespace

std::string must(const std::string& line) {
  return must_run(lab::to_words(line));
}

Elsewhere::Elsewhere() : m_holder({"unshare", "--net", "sh", "-c", "echo ready; exec sleep 1000"}) {
  REQUIRE(m_holder.wait_for("ready"));
}

std::vector<std::string> Elsewhere::line(const std::vector<std::string>& words) const {
  std::vector<std::string> all{"nsenter", "--net", "--target", pid()};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

std::string Elsewhere::must(const std::string& words) const {
  return must_run(line(lab::to_words(words)));
}

void Elsewhere::settle() const {
  CHECK(lab::eventually([this] { return must("ip -o -6 address show tentative").empty(); }));
}

void connect(const Elsewhere& client) {
  must("ip link add nic0 type veth peer name eth0 netns " + client.pid());
  must(fmt::format("ip address add {}/24 dev nic0", k_host_address));
  must("ip link set nic0 up");
  must(fmt::format("ip route add default via {} dev nic0", k_client_address));
  client.must(fmt::format("ip address add {}/24 dev eth0", k_client_address));
  client.must("ip link set eth0 up");
}

} // namespace guard_lab
