#include "model/interpret.hpp"

#include "base/hash.hpp"

namespace vdeup {

Result<Bridge> to_bridge(const Link& link, const std::vector<Link>& links, std::string_view host_seed) {
  TRY(auto name, IfName::parse(link.name));
  const MacAddress derived = bridge_address(name, host_seed);
  Bridge bridge{.name = name,
                .mac = link.mac.value_or(derived),
                .mtu = link.mtu,
                .is_up = link.is_up,
                .stp = link.bridge_stp.value_or(false),
                .is_ours = link.alias == k_bridge_mark,
                .is_half_made = link.alias.empty() && link.mac == derived,
                .nat = NatMark::parse(link.alias)};
  for (const Link& port : links)
    if (port.master == link.index)
      bridge.ports.push_back(port.name);
  return bridge;
}

Result<Tap> to_tap(const Link& link, const Link* master) {
  TRY(auto name, IfName::parse(link.name));
  Tap tap{.name = std::move(name),
          .index = link.index,
          .owner = link.tun_owner.value_or(0),
          .mtu = link.mtu,
          .is_up = link.is_up,
          .has_carrier = link.has_carrier,
          .port_state = link.port_state,
          .is_multi_queue = link.is_multi_queue,
          .bridge = std::nullopt,
          .mark = TapMark::parse(link.alias)};
  if (master != nullptr && master->is_bridge()) {
    TRY(auto bridge, IfName::parse(master->name));
    tap.bridge = std::move(bridge);
  }
  return tap;
}

bool is_private_bridge(const Link& link, const NatMark& mark) {
  return link.is_bridge() && NatMark::parse(link.alias) == mark;
}

MacAddress bridge_address(const IfName& name, std::string_view host_seed) {
  const std::uint64_t hash = stable_hash({"vdeup bridge", host_seed, name.str()});
  MacAddress::Bytes bytes{0x52, 0x54, 0x01}; // locally administered; beside QEMU's 52:54:00, where VMs live
  for (std::size_t i = 3; i < bytes.size(); ++i)
    bytes.at(i) = static_cast<std::uint8_t>(hash >> (8 * (i - 3)));
  return MacAddress{bytes};
}

} // namespace vdeup
