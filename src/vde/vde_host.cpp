#include "vde/vde_host.hpp"

#include "base/identity.hpp"
#include "vde/inspect.hpp"
#include "vde/lifecycle.hpp"
#include "vde/sweep.hpp"
#include "vde/switch_process.hpp"
#include "vde/uplink_ports.hpp"

namespace vdeup::vde {
namespace {

struct Execute {
  Result<> operator()(const StartSwitch& step) const {
    TRY(auto acting, ActingAs::enter(step.scope.owner));
    return start(step);
  }
  Result<> operator()(const StopSwitch& step) const {
    TRY(auto acting, ActingAs::enter(step.scope.owner));
    return stop(step);
  }
  Result<> operator()(const SweepSockets& step) const {
    TRY(auto acting, ActingAs::enter(step.scope.owner));
    TRY(stop_uplink({step.scope})); // of the switch that is gone
    return sweep(step.scope);
  }
  Result<> operator()(const StartUplink& step) const {
    TRY(auto acting, ActingAs::enter(step.scope.owner));
    return start_uplink(step);
  }
  Result<> operator()(const StopUplink& step) const {
    TRY(auto acting, ActingAs::enter(step.scope.owner));
    return stop_uplink(step);
  }
};

} // namespace

Result<Switch> VdeHost::inspect(const Scope& scope) {
  TRY(auto acting, ActingAs::enter(scope.owner));
  return vde::inspect(scope, Deadline::after(k_console_timeout));
}

Result<std::optional<pid_t>> VdeHost::find_orphan(const Scope& scope) {
  TRY(auto acting, ActingAs::enter(scope.owner));
  const auto pids = find_switch_processes(scope);
  return pids.empty() ? std::optional<pid_t>{} : pids.front();
}

Result<> VdeHost::check_host_ports(const Scope& scope, const std::vector<Forward>& forwards) {
  TRY(auto acting, ActingAs::enter(scope.owner));
  for (const Forward& forward : forwards) {
    TRY(check_host_port(forward));
  }
  return ok();
}

Result<> VdeHost::execute(const SwitchStep& step) {
  return std::visit(Execute{}, step);
}

} // namespace vdeup::vde
