#include "kernel/join_bridge.hpp"

#include "kernel/kernel_events.hpp"
#include "kernel/links.hpp"

#include <fmt/format.h>

#include <linux/rtnetlink.h>

namespace vdeup::kernel {
namespace {

constexpr std::chrono::seconds k_join_patience{1};

Result<> set_up_again(Netlink& netlink, const std::vector<IfName>& keep_up, const std::string& what) {
  for (const IfName& name : keep_up) {
    TRY(auto link, find_link(netlink, name));
    if (link && !link->is_up) {
      TRY(change_link(netlink, link->index, {.up = true}, what));
    }
  }
  return ok();
}

/// A bridge has no carrier until its first port has. Then the kernel opens its queue, but somewhat later, and
/// from another thread; what is sent through it until then is dropped. IFF_RUNNING is set with the queue
/// open.
Result<bool> is_ready(Netlink& netlink, const Device& port, const Device& bridge, const std::string& what) {
  TRY(auto below, find_link(netlink, port.index));
  TRY(auto above, find_link(netlink, bridge.index));
  if (!below || !above || below->master != above->index)
    return fail(Error{ErrorKind::conflict, what, "somebody else has changed them", {}});
  return above->is_running || !below->has_carrier || !below->is_up || !above->is_up;
}

} // namespace

// ip link set dev PORT master BRIDGE
Result<> join_bridge(Netlink& netlink, const Device& port, const Device& bridge,
                     const std::vector<IfName>& keep_up) {
  const std::string what = fmt::format("cannot make {} a port of {}", port.name.str(), bridge.name.str());
  TRY(auto events, KernelEvents::open(RTMGRP_LINK, what));
  TRY(change_link(netlink, port.index, {.master = bridge.index}, what));
  auto joined = set_up_again(netlink, keep_up, what);
  if (joined)
    joined = events.wait_until([&] { return is_ready(netlink, port, bridge, what); },
                               Deadline::after(k_join_patience));
  if (!joined) // a step that failed has changed nothing; the first error is the one to tell
    (void)change_link(netlink, port.index, {.master = 0}, what);
  return joined;
}

} // namespace vdeup::kernel
