#include "nic/nic_lab.hpp"

#include "engine/no_hosts.hpp"
#include "nicmove/rollback.hpp"
#include "support/catch.hpp"
#include "support/lab.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <fstream>

namespace lab {
namespace {

void run_well(std::vector<std::string> line, const std::string& words) {
  const auto more = to_words(words);
  line.insert(line.end(), more.begin(), more.end());
  const auto finished = run(line);
  INFO(words << ": " << finished.err);
  REQUIRE(finished.status == 0);
}

} // namespace

NetworkNamespace::NetworkNamespace() {
  std::array<int, 2> ready{};
  REQUIRE(::pipe2(ready.data(), O_CLOEXEC) == 0);
  m_pid = ::fork();
  REQUIRE(m_pid >= 0);
  if (m_pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::unshare(CLONE_NEWNET) == 0 && ::write(ready[1], "x", 1) == 1)
      for (;;)
        ::pause();
    ::_exit(1);
  }
  ::close(ready[1]);
  char byte = 0;
  const bool is_ready = ::read(ready[0], &byte, 1) == 1;
  ::close(ready[0]);
  REQUIRE(is_ready);
  ip("link set lo up");
}

NetworkNamespace::~NetworkNamespace() {
  ::kill(m_pid, SIGKILL);
  (void)::waitpid(m_pid, nullptr, 0);
}

void NetworkNamespace::ip(const std::string& words) const {
  run_well({"nsenter", "--net=/proc/" + std::to_string(m_pid) + "/ns/net", "ip"}, words);
}

void NetworkNamespace::enter() const {
  const int fd = ::open(("/proc/" + std::to_string(m_pid) + "/ns/net").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 || ::setns(fd, CLONE_NEWNET) != 0)
    ::_exit(1);
  ::close(fd);
}

void ip(const std::string& words) {
  run_well({"ip"}, words);
}

void sysctl(const std::string& key, const std::string& value) {
  std::ofstream file{"/proc/sys/net/" + key};
  file << value << std::flush;
  INFO(key);
  REQUIRE(file.good());
}

Neighbourhood::Neighbourhood() {
  const auto shell = [](const NetworkNamespace& where, const std::string& script) {
    const auto done =
        run({"nsenter", "--net=/proc/" + std::to_string(where.pid()) + "/ns/net", "sh", "-c", script});
    INFO(done.err);
    REQUIRE(done.status == 0);
  };
  ip("link add eth0 type veth peer name lan netns " + std::to_string(gateway.pid()));
  gateway.ip("link add wan type veth peer name eth0 netns " + std::to_string(far_host.pid()));
  shell(gateway, "echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
  gateway.ip("link set lan up");
  gateway.ip("link set wan up");
  gateway.ip("address add 10.1.0.1/24 dev lan");
  gateway.ip("address add 2001:db8:1::1/64 dev lan nodad");
  gateway.ip("address add 10.9.0.1/24 dev wan");
  gateway.ip("address add 2001:db8:9::1/64 dev wan nodad");
  gateway.ip("route add 10.2.0.0/16 dev lan");
  far_host.ip("link set eth0 up");
  far_host.ip("address add 10.9.0.2/24 dev eth0");
  far_host.ip("address add 2001:db8:9::2/64 dev eth0 nodad");
  far_host.ip("route add default via 10.9.0.1");
  far_host.ip("-6 route add default via 2001:db8:9::1");
  ip("link set eth0 up");
  REQUIRE(eventually([] {
    return !run({"ip", "-6", "address", "show", "dev", "eth0", "scope", "link"}).out.empty();
  }));
  settle();
}

Neighbourhood::~Neighbourhood() {
  (void)run({"ip", "link", "delete", "ctysbr0"});
  (void)run({"ip", "link", "delete", "eth0"});
}

void Neighbourhood::give_addresses() {
  ip("address add 10.1.0.2/24 brd + dev eth0");
  ip("address add 2001:db8:1::2/64 dev eth0");
  ip("route add default via 10.1.0.1");
  ip("-6 route add default via 2001:db8:1::1");
  settle();
}

Mover::Mover()
    : m_links(vdeup::kernel::KernelHost::open().value()), m_nics(vdeup::kernel::KernelNics::open().value()) {}

vdeup::NicSnapshot Mover::look(const std::string& name) const {
  auto seen = m_nics->snapshot(name_of(name));
  REQUIRE(seen);
  REQUIRE(seen.value());
  return *std::move(seen).value();
}

vdeup::Plan Mover::plan_in() const {
  auto plan = vdeup::nicmove::plan_move_in(look("eth0"), name_of("ctysbr0"));
  INFO((plan ? "" : plan.error().message()));
  REQUIRE(plan);
  return std::move(plan).value();
}

vdeup::Plan Mover::plan_out() const {
  auto plan = vdeup::nicmove::plan_move_out(look("ctysbr0"), look("eth0"));
  INFO((plan ? "" : plan.error().message()));
  REQUIRE(plan);
  return std::move(plan).value();
}

vdeup::Result<> Mover::apply_on(vdeup::engine::LinkHost& links, const vdeup::Plan& plan) {
  vdeup::engine::NoSwitches switches;
  vdeup::engine::NoNats nats;
  vdeup::engine::Journal journal;
  return vdeup::engine::apply(plan, vdeup::engine::Host{links, switches, nats}, journal, {});
}

std::string Mover::restore(const vdeup::NicMove& move) const {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  const bool exists = m_links->link(move.bridge).value().has_value();
  const auto target = m_nics->snapshot(move.source.name).value();
  const auto steps = vdeup::nicmove::plan_rollback(
      move, {.bridge_exists = exists,
             .now = static_cast<std::uint64_t>(now.tv_sec),
             .addresses = target ? target->addresses : std::vector<vdeup::InterfaceAddress>{}});
  std::string failures;
  for (const auto& error : vdeup::nicmove::execute_all(*m_links, steps))
    failures += error.message() + "\n";
  return failures;
}

vdeup::IfName name_of(const std::string& text) {
  return vdeup::IfName::parse(text).value();
}

std::string differences_but_device(vdeup::NicSnapshot nic, vdeup::NicSnapshot bridge) {
  bridge.index = nic.index;
  bridge.kind = nic.kind;
  bridge.qdisc = nic.qdisc;
  bridge.ports = nic.ports;
  return vdeup::differences(nic, bridge);
}

} // namespace lab
