#include "nicmove/hosts.hpp"

#include "kernel/kernel_host.hpp"
#include "kernel/nic_snapshot.hpp"
#include "managers/host_managers.hpp"

namespace vdeup::nicmove {
namespace {

constexpr std::chrono::seconds k_settling{5}; // of addresses that the kernel has just got

Result<NicSnapshot> require(Result<std::optional<NicSnapshot>> observed, const IfName& name) {
  TRY(auto found, std::move(observed));
  if (!found)
    return fail(gone_error(name));
  return *std::move(found);
}

} // namespace

Result<MoveHosts> open_hosts() {
  TRY(auto links, kernel::KernelHost::open());
  TRY(auto nics, kernel::KernelNics::open());
  return MoveHosts{std::move(links), std::move(nics), std::make_unique<managers::HostManagers>()};
}

std::vector<Error> tell_managers(const MoveHosts& hosts, const std::vector<ManagerStep>& steps) {
  std::vector<Error> failures;
  if (hosts.managers)
    for (const ManagerStep& step : steps)
      if (auto told = hosts.managers->execute(step); !told)
        failures.push_back(std::move(told).error());
  return failures;
}

Result<NicSnapshot> snapshot(const MoveHosts& hosts, const IfName& name) {
  return require(hosts.nics->snapshot(name), name);
}

Result<NicSnapshot> settled_snapshot(const MoveHosts& hosts, const IfName& name) {
  return require(hosts.nics->settled_snapshot(name, Deadline::after(k_settling)), name);
}

Error gone_error(const IfName& name) {
  return Error{ErrorKind::conflict, "cannot look at " + name.str(), "the interface is gone", {}};
}

} // namespace vdeup::nicmove
