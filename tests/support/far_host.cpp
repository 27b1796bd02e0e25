#include "support/far_host.hpp"

#include "support/catch.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>

namespace lab {
namespace {

constexpr int k_port = 7; // echo, RFC 862

void must(const std::vector<std::string>& line) {
  const auto done = run(line);
  INFO(line.back() << ": " << done.err);
  REQUIRE(done.status == 0);
}

/// The work of the child: an echo server in another namespace.
[[noreturn]] void echo_in(pid_t holder, int ready) {
  const int ns = ::open(("/proc/" + std::to_string(holder) + "/ns/net").c_str(), O_RDONLY | O_CLOEXEC);
  if (ns < 0 || ::setns(ns, CLONE_NEWNET) != 0)
    ::_exit(1);
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(k_port);
  sockaddr generic{};
  std::memcpy(&generic, &address, sizeof(address));
  if (::bind(fd, &generic, sizeof(generic)) != 0 || ::write(ready, "x", 1) != 1)
    ::_exit(1);
  for (;;) {
    std::array<char, 2048> bytes{};
    sockaddr from{};
    socklen_t size = sizeof(from);
    const ssize_t count = ::recvfrom(fd, bytes.data(), bytes.size(), 0, &from, &size);
    if (count > 0)
      (void)!::sendto(fd, bytes.data(), static_cast<std::size_t>(count), 0, &from, size);
  }
}

} // namespace

FarHost::FarHost()
    : m_holder(std::make_unique<Running>(
          std::vector<std::string>{"unshare", "--net", "sh", "-c", "echo there; exec sleep 1000"})) {
  REQUIRE(m_holder->wait_for("there"));
  const std::string script = "set -e; ip link add far0 type veth peer name eth0 netns " +
                             std::to_string(m_holder->pid()) +
                             "; ip address add 198.51.100.2/24 dev far0"
                             "; ip address add 2001:db8:100::2/64 dev far0 nodad; ip link set far0 up";
  must({"sh", "-c", script});
  must(there({"sh", "-c",
              "set -e; ip link set lo up; ip address add 198.51.100.1/24 dev eth0"
              "; ip address add 2001:db8:100::1/64 dev eth0 nodad; ip link set eth0 up"}));
  settle();
}

FarHost::~FarHost() {
  // The kernel cleans a dead namespace up some time later, and far0 with it.
  (void)lab::run({"ip", "link", "delete", "far0"});
  if (m_echo <= 0)
    return;
  ::kill(m_echo, SIGKILL);
  (void)::waitpid(m_echo, nullptr, 0);
}

std::vector<std::string> FarHost::there(const std::vector<std::string>& line) const {
  std::vector<std::string> words{"nsenter", "--net=/proc/" + std::to_string(m_holder->pid()) + "/ns/net"};
  words.insert(words.end(), line.begin(), line.end());
  return words;
}

Running FarHost::start(const std::vector<std::string>& line) const {
  return Running{there(line)};
}

Finished FarHost::run(const std::vector<std::string>& line) const {
  return lab::run(there(line));
}

void FarHost::serve() {
  const std::string file = "/var/tmp/home/far-greeting";
  std::ofstream{file} << "hello from far\n";
  m_server = std::make_unique<Running>(
      there({"busybox", "nc", "-ll", "-p", std::to_string(k_port), "-e", "cat", file}));
  REQUIRE(eventually([this] {
    return run({"ss", "-Hltn", "sport", "=", "7"}).out.find(":7") != std::string::npos;
  }));
}

void FarHost::echo() {
  std::array<int, 2> ready{};
  REQUIRE(::pipe2(ready.data(), O_CLOEXEC) == 0);
  m_echo = ::fork();
  REQUIRE(m_echo >= 0);
  if (m_echo == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    echo_in(m_holder->pid(), ready[1]);
  }
  ::close(ready[1]);
  char byte = 0;
  const bool is_ready = ::read(ready[0], &byte, 1) == 1;
  ::close(ready[0]);
  REQUIRE(is_ready);
}

} // namespace lab
