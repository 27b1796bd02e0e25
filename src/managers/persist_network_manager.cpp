#include "managers/persist_parts.hpp"

#include <fmt/format.h>

namespace vdeup::managers {
namespace {

constexpr const char* k_connections_directory = "/etc/NetworkManager/system-connections";

std::string ip_section(const BridgeConfiguration& bridge, bool is_ip6) {
  const auto addresses = addresses_of(bridge, is_ip6);
  const bool is_automatic = is_ip6 ? bridge.router_advertisements : bridge.dhcp4;
  const char* method = addresses.empty() ? "disabled" : "manual";
  std::string text =
      fmt::format("\n[{}]\nmethod={}\n", is_ip6 ? "ipv6" : "ipv4", is_automatic ? "auto" : method);
  for (std::size_t i = 0; i < addresses.size(); ++i)
    text += fmt::format("address{}={}\n", i + 1, addresses[i]);
  // One of each family, and none where there is no address that could use it.
  if (const auto gateways = texts_of(bridge.gateways, is_ip6); !gateways.empty() && !addresses.empty())
    text += fmt::format("gateway={}\n", gateways.front());
  if (const auto servers = texts_of(bridge.name_servers, is_ip6); !servers.empty())
    text += fmt::format("dns={};\n", fmt::join(servers, ";"));
  return text;
}

constexpr const char* k_bridge = R"([connection]
id={bridge}
type=bridge
interface-name={bridge}
autoconnect-slaves=1

[ethernet]
mtu={mtu}

[bridge]
mac-address={mac}
stp=false
forward-delay=0
)";

/// The priority makes it win over the connection that the NIC has now.
constexpr const char* k_port = R"([connection]
id={bridge}-{nic}
type=ethernet
interface-name={nic}
master={bridge}
slave-type=bridge
autoconnect-priority=100

[ethernet]
mtu={mtu}

[bridge-port]
)";

std::string fill(const char* text, const BridgeConfiguration& bridge) {
  return fmt::format(fmt::runtime(text), fmt::arg("bridge", bridge.bridge.str()),
                     fmt::arg("nic", bridge.nic.str()), fmt::arg("mtu", bridge.mtu),
                     fmt::arg("mac", bridge.mac.str()));
}

} // namespace

// nm-settings-keyfile(5)
Result<std::vector<ConfigFile>> network_manager_files(const BridgeConfiguration& bridge) {
  TRY(check_plain_names(bridge));
  const std::string& name = bridge.bridge.str();
  return std::vector<ConfigFile>{
      {fmt::format("{}/{}.nmconnection", k_connections_directory, name),
       fill(k_bridge, bridge) + ip_section(bridge, false) + ip_section(bridge, true)},
      {fmt::format("{}/{}-{}.nmconnection", k_connections_directory, name, bridge.nic.str()),
       fill(k_port, bridge)}};
}

// NetworkManager.conf(5)
Result<std::vector<ConfigFile>> network_manager_unmanaged(const std::vector<IfName>& devices) {
  std::vector<ConfigFile> files;
  for (const IfName& device : devices) {
    TRY(check_plain(device)); // `:=`: the name itself, and not a pattern
    files.push_back(
        {fmt::format("/run/NetworkManager/conf.d/90-vdeup-{}.conf", device.str()),
         fmt::format("[device-vdeup-{0}]\nmatch-device=interface-name:={0}\nmanaged=0\n", device.str())});
  }
  return files;
}

} // namespace vdeup::managers
