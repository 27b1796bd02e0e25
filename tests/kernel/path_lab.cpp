#include "kernel/path_lab.hpp"

#include "network/path_observer.hpp"
#include "support/catch.hpp"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <sstream>
#include <utility>

namespace path_lab {

using namespace lab;

std::string must(const std::string& line) {
  // The lock of iptables is a file of the machine's, which is none of our business.
  const auto done = run(to_words(line), {.environment = {"XTABLES_LOCKFILE=/var/tmp/home/xtables.lock"}});
  INFO(line << "\n" << done.out << done.err);
  REQUIRE(done.status == 0);
  return done.out;
}

HostFacts facts() {
  auto host = vdeup::network::PathObserver::open();
  REQUIRE(host);
  auto found = host.value()->facts(k_bridge);
  INFO((found ? std::string{} : found.error().message()));
  REQUIRE(found);
  return found.value();
}

std::vector<ForwardFilter> filters() {
  const HostFacts found = facts();
  REQUIRE(found.forward_filters);
  return *found.forward_filters;
}

ForwardFilter only_filter() {
  const auto found = filters();
  REQUIRE(found.size() == 1);
  return found.front();
}

bool accepts() {
  return only_filter().accepts_bridge;
}

void make_bridge(const std::string& options) {
  must("ip link add br0 type bridge " + options);
  must("ip link add inside type veth peer name outside");
  must("ip link set inside master br0 up");
  must("ip link set outside up");
  must("ip link set br0 up");
}

Alice::Alice(const std::function<bool(int ready)>& work) {
  std::array<int, 2> pipe{};
  REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
  m_pid = ::fork();
  REQUIRE(m_pid >= 0);
  if (m_pid == 0) {
    if (can_be_others() &&
        (::setgroups(0, nullptr) < 0 || ::setresgid(k_alice.gid, k_alice.gid, k_alice.gid) < 0 ||
         ::setresuid(k_alice.uid, k_alice.uid, k_alice.uid) < 0))
      ::_exit(2);
    ::_exit(work(pipe[1]) ? 0 : 1);
  }
  ::close(pipe[1]);
  m_ready = pipe[0];
}
Alice::~Alice() {
  ::close(m_ready);
  if (m_pid > 0) {
    ::kill(m_pid, SIGKILL);
    ::waitpid(m_pid, nullptr, 0);
  }
}

void Alice::signal(int number) const {
  ::kill(m_pid, number);
}

bool Alice::is_ready() const {
  char byte = 0;
  return ::read(m_ready, &byte, 1) == 1;
}

bool Alice::comes_to(const std::string& state) const {
  return eventually([&] {
    return run({"ps", "-o", "state=", "-p", std::to_string(m_pid)}).out == state + "\n";
  });
}

bool Alice::finish() {
  int status = 0;
  ::waitpid(std::exchange(m_pid, -1), &status, 0);
  return status == 0;
}

} // namespace path_lab
