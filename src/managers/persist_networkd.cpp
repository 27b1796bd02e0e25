#include "managers/persist_parts.hpp"

#include <fmt/format.h>

namespace vdeup::managers {
namespace {

constexpr const char* k_network_directory = "/etc/systemd/network";

std::string lines(std::string_view key, const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values)
    text += fmt::format("{}={}\n", key, value);
  return text;
}

/// MTU and name stand in each file: without its own, a bridge takes over the MTU of its port.
std::string begin_network(const IfName& device, std::uint32_t mtu) {
  return fmt::format("[Match]\nName={}\n\n[Link]\nMTUBytes={}\n\n[Network]\n", device.str(), mtu);
}

} // namespace

// systemd.netdev(5), systemd.network(5)
Result<std::vector<ConfigFile>> networkd_files(const BridgeConfiguration& bridge) {
  TRY(check_plain_names(bridge));
  const std::string& name = bridge.bridge.str();
  std::string own = begin_network(bridge.bridge, bridge.mtu);
  own += lines("DHCP", {bridge.dhcp4 ? "ipv4" : "no"});
  own += lines("IPv6AcceptRA", {bridge.router_advertisements ? "yes" : "no"});
  own += lines("Address", bridge.addresses);
  for (const bool is_ip6 : {false, true}) {
    own += lines("Gateway", texts_of(bridge.gateways, is_ip6));
    own += lines("DNS", texts_of(bridge.name_servers, is_ip6));
  }
  // The NIC's file has to come before the one that it has now: the first that matches is taken.
  return std::vector<ConfigFile>{
      {fmt::format("{}/05-{}.netdev", k_network_directory, name),
       fmt::format("[NetDev]\nName={}\nKind=bridge\nMACAddress={}\n\n[Bridge]\nSTP=no\nForwardDelaySec=0\n",
                   name, bridge.mac.str())},
      {fmt::format("{}/05-{}.network", k_network_directory, bridge.nic.str()),
       begin_network(bridge.nic, bridge.mtu) + fmt::format("Bridge={}\nLinkLocalAddressing=no\n", name)},
      {fmt::format("{}/05-{}.network", k_network_directory, name), own}};
}

Result<std::vector<ConfigFile>> networkd_unmanaged(const std::vector<IfName>& devices) {
  std::vector<ConfigFile> files;
  for (const IfName& device : devices) {
    TRY(check_plain(device));
    files.push_back({fmt::format("/run/systemd/network/01-vdeup-{}.network", device.str()),
                     fmt::format("[Match]\nName={}\n\n[Link]\nUnmanaged=yes\n", device.str())});
  }
  return files;
}

} // namespace vdeup::managers
