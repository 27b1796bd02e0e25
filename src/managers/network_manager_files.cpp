#include "base/text.hpp"
#include "managers/network_manager.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

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

/// Settings of one family. The method comes last: nmcli refuses `manual` before it knows an address.
void add_family(const BridgeConfiguration& bridge, bool is_ip6, std::vector<std::string>& words) {
  const std::string family = is_ip6 ? "ipv6" : "ipv4";
  const auto set = [&](const char* key, std::string value) {
    words.push_back(fmt::format("{}.{}", family, key));
    words.push_back(std::move(value));
  };
  const auto addresses = addresses_of(bridge, is_ip6);
  if (!addresses.empty())
    set("addresses", fmt::format("{}", fmt::join(addresses, ",")));
  if (const auto gateways = texts_of(bridge.gateways, is_ip6); !gateways.empty() && !addresses.empty())
    set("gateway", gateways.front());
  const bool is_automatic = is_ip6 ? bridge.router_advertisements : bridge.dhcp4;
  set("method", is_automatic ? "auto" : addresses.empty() ? "disabled" : "manual");
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

// nmcli(1), nm-settings-nmcli(5)
std::vector<std::string> nmcli_commands(const BridgeConfiguration& bridge) {
  const std::string name = shell_quote(bridge.bridge.str());
  const std::string port = shell_quote(fmt::format("{}-{}", bridge.bridge.str(), bridge.nic.str()));
  std::vector<std::string> settings;
  add_family(bridge, false, settings);
  add_family(bridge, true, settings);
  return {fmt::format("nmcli connection add type bridge con-name {0} ifname {0} bridge.stp no "
                      "bridge.mac-address {1} {2}",
                      name, bridge.mac.str(), shell_line(settings)),
          fmt::format("nmcli connection add type bridge-slave con-name {} ifname {} master {}", port,
                      shell_quote(bridge.nic.str()), name),
          fmt::format("nmcli connection up {}", port)};
}

} // namespace vdeup::managers
