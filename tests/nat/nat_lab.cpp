#include "nat/nat_lab.hpp"

#include "kernel/capabilities.hpp"
#include "support/catch.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>

namespace nat_lab {

using namespace vdeup;

void must(const std::string& line) {
  const auto done = lab::run(lab::to_words(line));
  INFO(line << "\n" << done.out << done.err);
  REQUIRE(done.status == 0);
}

IfName bridge() {
  return IfName::parse("ctysbr0").value();
}

PrivateNetwork network() {
  return {{IpAddress::parse(k_gateway).value(), 24}, IpPrefix{IpAddress::parse(k_gateway6).value(), 64}};
}

Identity identity_of(const lab::User& user) {
  return {.uid = user.uid, .gid = user.gid, .name = user.name};
}

SocketPath switch_of(const Identity& owner) {
  return SocketPath::directory("/var/tmp/vde_switch0." + owner.name).value();
}

StartDnsmasq start_for(const Identity& owner) {
  return {owner, bridge(), network(), switch_of(owner)};
}

nat::ServedBridge served_bridge() {
  struct stat status {};
  REQUIRE(::stat("/proc/self/ns/net", &status) == 0);
  return {bridge(), status.st_ino};
}

void make_bridge() {
  must("ip link add ctysbr0 type bridge");
  must("ip address add 10.99.7.1/24 dev ctysbr0");
  must("ip address add fd12:3456:789a:1::1/64 dev ctysbr0 nodad");
  must("ip link set ctysbr0 up");
}

void make_host() {
  lab::own_accounts();
  for (const char* program : {"dnsmasq", "busybox"})
    if (lab::run({"sh", "-c", std::string{"command -v "} + program}).status != 0)
      lab::skip(std::string{"needs "} + program);
  (void)lab::run({"ip", "link", "delete", "ctysbr0"}); // of a former section
  make_bridge();
}

std::string status_of(pid_t pid, const std::string& key) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/status"};
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key + ":"))
      return line.substr(line.find_first_not_of(" \t", key.size() + 1));
  return {};
}

std::vector<pid_t> dnsmasqs() {
  std::vector<pid_t> pids;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (!std::all_of(name.begin(), name.end(), ::isdigit))
      continue;
    const pid_t pid = std::stoi(name);
    if (status_of(pid, "Name") == "dnsmasq" && !status_of(pid, "State").starts_with("Z"))
      pids.push_back(pid);
  }
  return pids;
}

std::vector<std::string> words_of(pid_t pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/cmdline"};
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');)
    words.push_back(word);
  words.erase(words.begin(), words.begin() + (words.empty() ? 0 : 1));
  return words;
}

std::string in_a_child(const std::function<Result<>()>& action) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto done = action();
    const std::string text = done ? "" : done.error().message() + " / " + done.error().hints().text();
    (void)!::write(ends[1], text.data(), text.size());
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string text;
  std::array<char, 1024> part{};
  for (ssize_t size = 0; (size = ::read(ends[0], part.data(), part.size())) > 0;)
    text.append(part.data(), static_cast<std::size_t>(size));
  ::close(ends[0]);
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  return text;
}

std::string as_helper_of(const lab::User& user, const std::function<Result<>()>& action) {
  return in_a_child([&]() -> Result<> {
    TRY(kernel::keep_network_rights(identity_of(user)));
    return action();
  });
}

Client::Client(const std::string& name)
    : m_holder(std::make_unique<lab::Running>(
          std::vector<std::string>{"unshare", "--net", "sh", "-c", "echo there; exec sleep 1000"})) {
  REQUIRE(m_holder->wait_for("there"));
  must("ip link add " + name + " type veth peer name eth0 netns " + std::to_string(m_holder->pid()));
  must("ip link set " + name + " up master ctysbr0");
  REQUIRE(run({"ip", "link", "set", "eth0", "up"}).status == 0);
}

lab::Finished Client::run(const std::vector<std::string>& line) const {
  std::vector<std::string> words{"nsenter", "--net=/proc/" + std::to_string(m_holder->pid()) + "/ns/net"};
  words.insert(words.end(), line.begin(), line.end());
  return lab::run(words);
}

std::string Client::ask_for_address(const std::string& hostname) const {
  const std::string script = "/var/tmp/home/udhcpc-script";
  std::ofstream{script} << "#!/bin/sh\n[ \"$1\" = bound ] || exit 0\n"
                           "ip address add \"$ip/$mask\" dev \"$interface\"\n"
                           "echo \"ip=$ip/$mask router=$router dns=$dns domain=$domain lease=$lease\"\n";
  std::filesystem::permissions(script, std::filesystem::perms{0755});
  const auto asked = run({"busybox", "udhcpc", "-f", "-q", "-n", "-t", "10", "-T", "1", "-i", "eth0", "-x",
                          "hostname:" + hostname, "-s", script});
  INFO(asked.err);
  CHECK(asked.status == 0);
  return asked.out;
}

std::string Client::look_up(const std::string& name) const {
  const auto looked = run({"busybox", "nslookup", name, k_gateway});
  return looked.out + looked.err;
}

} // namespace nat_lab
