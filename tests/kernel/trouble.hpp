#pragma once

#include "cli/wiring.hpp"
#include "kernel/kernel_host.hpp"
#include "kernel/vm_tap.hpp"
#include "nat/nat_networks.hpp"
#include "network/ensure.hpp"
#include "network/lock.hpp"
#include "support/catch.hpp"
#include "support/spawn.hpp"
#include "vde/vde_host.hpp"

#include <fmt/format.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

// The command create on the real hosts, where a step fails or is the last one of its process.
namespace lab {

namespace vd = vdeup;

/// Counts the steps of a plan and strikes at one of them; undoing counts apart.
struct Trouble {
  enum class Kind { none, fail_before, kill_after };
  Kind kind = Kind::none;
  int at = -1;
  int undo_fails_at = -1; ///< which undo fails, counted from the first one
  int step = 0;
  int undo = 0;
  bool is_undoing = false;

  vd::Result<> strike_before() {
    if (is_undoing)
      return undo++ == undo_fails_at ? injected("undo") : vd::ok();
    if (kind == Kind::fail_before && step == at) {
      is_undoing = true;
      return injected("step");
    }
    return vd::ok();
  }
  void strike_after() {
    if (is_undoing)
      return;
    if (kind == Kind::kill_after && step == at)
      ::kill(::getpid(), SIGKILL);
    ++step;
  }
  static vd::Result<> injected(const char* where) {
    return vd::fail(vd::Error{vd::ErrorKind::failed, fmt::format("injected at {}", where), {}, {}});
  }
};

/// The real hosts, with trouble.
class TroubledLinks final : public vd::engine::LinkHost {
 public:
  explicit TroubledLinks(Trouble& trouble)
      : m_real(vd::kernel::KernelHost::open().value()), m_trouble(trouble) {}
  vd::Result<std::vector<vd::Link>> links() override { return m_real->links(); }
  vd::Result<std::optional<vd::Link>> link(const vd::IfName& name) override { return m_real->link(name); }
  vd::Result<std::optional<vd::Link>> link(std::uint32_t index) override { return m_real->link(index); }
  vd::Result<> execute(const vd::LinkStep& step) override {
    TRY(m_trouble.strike_before());
    TRY(m_real->execute(step));
    m_trouble.strike_after();
    return vd::ok();
  }

 private:
  std::unique_ptr<vd::kernel::KernelHost> m_real;
  Trouble& m_trouble;
};

class TroubledSwitches final : public vd::engine::SwitchHost {
 public:
  explicit TroubledSwitches(Trouble& trouble) : m_trouble(trouble) {}
  vd::Result<vd::Switch> inspect(const vd::Scope& scope) override { return m_real.inspect(scope); }
  vd::Result<std::optional<pid_t>> find_orphan(const vd::Scope& scope) override {
    return m_real.find_orphan(scope);
  }
  vd::Result<> check_host_ports(const vd::Scope& scope, const std::vector<vd::Forward>& forwards) override {
    return m_real.check_host_ports(scope, forwards);
  }
  vd::Result<> execute(const vd::SwitchStep& step) override {
    TRY(m_trouble.strike_before());
    TRY(m_real.execute(step));
    m_trouble.strike_after();
    return vd::ok();
  }

 private:
  vd::vde::VdeHost m_real;
  Trouble& m_trouble;
};

class TroubledNats final : public vd::engine::NatHost {
 public:
  explicit TroubledNats(Trouble& trouble) : m_trouble(trouble) {}
  vd::Result<vd::Nat> inspect(const vd::IfName& bridge, const vd::NatMark& mark) override {
    return m_real.inspect(bridge, mark);
  }
  vd::Result<std::vector<vd::IfName>> remains(const vd::NatMark& mark) override {
    return m_real.remains(mark);
  }
  vd::Result<std::vector<vd::IpPrefix>> used_networks() override { return m_real.used_networks(); }
  bool has_ip6() override { return m_real.has_ip6(); }
  vd::Result<std::vector<vd::NatObstacle>> obstacles(const vd::IfName& bridge) override {
    return m_real.obstacles(bridge);
  }
  vd::Result<> execute(const vd::NatStep& step) override {
    TRY(m_trouble.strike_before());
    TRY(m_real.execute(step));
    m_trouble.strike_after();
    return vd::ok();
  }

 private:
  vd::nat::NatNetworks m_real;
  Trouble& m_trouble;
};

inline vd::plan::Request our_request(const std::string& uplink) {
  vd::cli::Invocation call{.command = vd::cli::CommandWord::create, .uplink = uplink};
  if (can_be_others())
    call.choice.user = "nobody";
  return vd::cli::make_request(call, {}).value();
}

/// What the command create does, on hosts with trouble.
inline vd::Result<> create_with(Trouble& trouble, const std::string& uplink = "bridge") {
  const auto request = our_request(uplink);
  const vd::Log log{"vdeup", vd::LogLevel::error};
  const vd::cli::Wiring wiring{
      std::make_unique<TroubledLinks>(trouble), std::make_unique<TroubledSwitches>(trouble),
      std::make_unique<TroubledNats>(trouble), std::make_unique<vd::kernel::KernelLane>(), log};
  TRY(auto lock, vd::network::lock_switch(request.scope));
  auto ensured = vd::network::ensure(wiring.world(), request);
  vd::network::release_unused(std::move(lock), request.scope);
  if (!ensured)
    return vd::fail(std::move(ensured).error());
  return vd::ok();
}

/// The same in a process that does not outlive its trouble: it has to die of it.
inline void die_in_create(Trouble& trouble, const std::string& uplink = "bridge") {
  const pid_t child = ::fork();
  if (child == 0) {
    (void)create_with(trouble, uplink);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
}

/// Words of a command, for the owner that the above works for.
inline std::vector<std::string> for_owner(std::vector<std::string> words) {
  if (can_be_others())
    words.insert(words.end(), {"-u", "nobody"});
  return words;
}

} // namespace lab
