#pragma once

#include "model/ip_address.hpp"
#include "model/nat.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vdeup {

/// A chain at the kernel's forward hook that drops what none of its rules accepts.
struct ForwardFilter {
  enum class Tool { nftables, iptables, iptables_legacy }; ///< what it was made with, and is changed with
  Tool tool = Tool::nftables;
  std::string family; ///< as nft(8) writes it: ip, ip6, inet, bridge
  std::string table;
  std::string chain;
  std::string user_chain{}; ///< the chain that its owner leaves to the administrator (DOCKER-USER), if any
  std::string owner{}; ///< the program whose chain it is: Docker, ufw, firewalld, libvirt; empty: not known
  bool accepts_bridge = false; ///< some rule of it accepts all that comes from the bridge and goes to it
};

/// What the kernel says of a host beside its links, as far as a frame from a VM can be stopped by it.
struct HostFacts {
  bool filters_bridged_ip4 = false; ///< net.bridge.bridge-nf-call-iptables
  bool filters_bridged_ip6 = false; ///< net.bridge.bridge-nf-call-ip6tables
  bool forwards_ip4 = false;        ///< net.ipv4.ip_forward
  bool forwards_ip6 = false;        ///< net.ipv6.conf.all.forwarding
  std::uint32_t datagram_queue = 0; ///< net.unix.max_dgram_qlen; 0: not known
  bool masquerades = false; ///< a NAT chain at the postrouting hook masquerades; false if not readable

  /// The forward chains with policy drop; nothing if they may not be read, which takes CAP_NET_ADMIN.
  std::optional<std::vector<ForwardFilter>> forward_filters{};
  /// What drops the packets of a private network, if the bridge asked about has one and rules can be read.
  std::vector<NatObstacle> nat_obstacles{};
  std::vector<IpAddress> bridge_addresses{}; ///< of the bridge asked about, those that are ready for use
  std::vector<std::string> wifi_stations{};  ///< NICs of the host that are Wi-Fi stations without 4addr
};

} // namespace vdeup
