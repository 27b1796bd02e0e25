#include "engine/probe.hpp"

#include "engine/probe_frame.hpp"

#include <sys/random.h>

#include <array>

namespace vdeup::engine {
namespace {

/// How long to wait after each time that a frame is sent: frames can be lost, and neighbours can be slow.
constexpr std::array<std::chrono::milliseconds, 3> k_waits{
    std::chrono::milliseconds{200}, std::chrono::milliseconds{600}, std::chrono::milliseconds{1200}};

/// An address that no frame has come from before: what a bridge knows already it does not tell again.
Result<MacAddress> fresh_source() {
  std::uint64_t chance = 0;
  if (::getrandom(&chance, sizeof(chance), 0) != sizeof(chance))
    return fail(errno_error(errno, "cannot choose an address for a probe"));
  return probe_source(chance);
}

Result<bool> reaches_bridge(ProbePort& port, BridgeWatch& watch, const MacAddress& source) {
  for (const auto wait : k_waits) {
    TRY(port.send(broadcast_frame(source)));
    TRY(auto has_come, watch.wait_for(source, Deadline::after(wait)));
    if (has_come)
      return true;
  }
  return false;
}

/// Frames of others come in as well: they are passed over, until the deadline.
Result<std::optional<MacAddress>> await_owner(ProbePort& port, const MacAddress& source,
                                              const IpAddress& address, const Deadline& deadline) {
  while (!deadline.is_over()) {
    TRY(auto frame, port.receive(deadline));
    if (!frame)
      break;
    if (auto owner = parse_owner(*frame, source, address))
      return owner;
  }
  return std::optional<MacAddress>{};
}

Result<std::optional<MacAddress>> find_owner(ProbePort& port, const MacAddress& source,
                                             const IpAddress& address) {
  for (const auto wait : k_waits) {
    TRY(port.send(who_has_frame(source, address)));
    TRY(auto owner, await_owner(port, source, address, Deadline::after(wait)));
    if (owner)
      return owner;
  }
  return std::optional<MacAddress>{};
}

} // namespace

Result<PathProbe> probe_path(KernelPath& kernel, SwitchPath& switches, const ProbeOrder& order) {
  PathProbe found;
  TRY(auto source, fresh_source());
  TRY(auto watch, kernel.watch(order.bridge)); // before the first frame
  TRY(auto port, switches.probe_port(order.scope));
  TRY(found.reached_bridge, reaches_bridge(*port, *watch, source));
  if (!found.reached_bridge)
    return found;
  const auto ask = [&](const std::vector<IpAddress>& addresses, bool is_of_bridge) -> Result<> {
    for (const IpAddress& address : addresses) {
      TRY(auto owner, find_owner(*port, source, address));
      found.answers.push_back({address, is_of_bridge, owner});
    }
    return ok();
  };
  TRY(ask(order.of_bridge, true));
  TRY(ask(order.others, false));
  return found;
}

Result<std::optional<MacAddress>> ask_who_has(ProbePort& port, const IpAddress& address) {
  TRY(auto source, fresh_source());
  return find_owner(port, source, address);
}

} // namespace vdeup::engine
