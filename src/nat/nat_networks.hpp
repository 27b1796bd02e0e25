#pragma once

#include "engine/nat_host.hpp"
#include "kernel/netlink.hpp"

#include <optional>

namespace vdeup::nat {

/// Private networks on this kernel, each with a dnsmasq of its owner's.
class NatNetworks final : public engine::NatHost {
 public:
  [[nodiscard]] Result<Nat> inspect(const IfName& bridge, const NatMark& mark) override;
  [[nodiscard]] Result<std::vector<IfName>> remains(const NatMark& mark) override;
  [[nodiscard]] Result<std::vector<IpPrefix>> used_networks() override;
  [[nodiscard]] bool has_ip6() override;
  [[nodiscard]] Result<std::vector<NatObstacle>> obstacles(const IfName& bridge) override;
  [[nodiscard]] Result<> execute(const NatStep& step) override;

 private:
  /// The socket, opened when it is first needed: most launches need none.
  [[nodiscard]] Result<kernel::Netlink*> netlink();

  std::optional<kernel::Netlink> m_netlink{};
};

} // namespace vdeup::nat
