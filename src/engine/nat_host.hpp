#pragma once

#include "base/result.hpp"
#include "model/nat.hpp"

#include <vector>

namespace vdeup::engine {

/// What makes a bridge the private network of a switch. Queries have no effect and take no privilege, unless
/// they say so.
class NatHost {
 public:
  NatHost() = default;
  NatHost(const NatHost&) = delete;
  NatHost& operator=(const NatHost&) = delete;
  virtual ~NatHost() = default;

  /// Look at the private network behind a bridge that bears this mark. Cheap: a launch does it.
  [[nodiscard]] virtual Result<Nat> inspect(const IfName& bridge, const NatMark& mark) = 0;

  /// The bridges, there or not, of whose private networks with this mark something is left, some of them
  /// twice: rules, which who may not look at the packet filter does not see, or a dnsmasq. What a process
  /// calls itself is no more than its owner's word: a name that leads to nothing of his is possible.
  [[nodiscard]] virtual Result<std::vector<IfName>> remains(const NatMark& mark) = 0;

  /// The networks that this host knows a way to, or is in: a private one must be none of them. Without those
  /// that hold every address.
  [[nodiscard]] virtual Result<std::vector<IpPrefix>> used_networks() = 0;

  /// True if the kernel has IPv6, and it is not switched off.
  [[nodiscard]] virtual bool has_ip6() = 0;

  /// Say what would be in the way of a private network behind this bridge, which need not exist yet.
  /// Errors: not_permitted for who may not look; refused for a user whom the policy forbids such a network.
  [[nodiscard]] virtual Result<std::vector<NatObstacle>> obstacles(const IfName& bridge) = 0;

  /// Carry out a step; on return it is done. One that failed has changed nothing.
  /// Errors: conflict, not_permitted; missing for a program that is not installed.
  [[nodiscard]] virtual Result<> execute(const NatStep& step) = 0;
};

} // namespace vdeup::engine
