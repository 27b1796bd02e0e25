#pragma once

#include "model/nat.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace vdeup::nat {

/// Where a dnsmasq of ours serves. Its command line is what it is found by, and whose network namespace it is
/// in cannot be seen by its owner, who may not look into a program with capabilities: so the words say it.
struct ServedBridge {
  IfName bridge;
  ino_t net_namespace = 0; ///< the inode of the namespace, namespaces(7)
};

/// The words of dnsmasq, without argv[0]: DHCP, router advertisements and DNS for the VMs of a private
/// network, and nothing for others. The name of the bridge is_plain().
[[nodiscard]] std::vector<std::string> dnsmasq_words(const ServedBridge& where, const SocketPath& switch_dir,
                                                     const PrivateNetwork& network);

/// True if dnsmasq takes the name of an interface for itself, and not for a pattern, or for two of them.
[[nodiscard]] bool is_plain(const IfName& interface);

/// True if these are the words, without argv[0], of a dnsmasq of ours that serves there, whatever network.
[[nodiscard]] bool is_ours(const std::vector<std::string>& words, const ServedBridge& where);

/// The bridge that a dnsmasq of ours with these words, without argv[0], serves in this network namespace as
/// the private network of this switch; nothing if it does not.
[[nodiscard]] std::optional<IfName> bridge_served_by(const std::vector<std::string>& words,
                                                     ino_t net_namespace, const SocketPath& switch_dir);

} // namespace vdeup::nat
