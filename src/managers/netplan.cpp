#include "managers/netplan.hpp"

#include <fmt/format.h>

namespace vdeup::managers {
namespace {

std::string list(const std::vector<std::string>& values) {
  std::vector<std::string> quoted;
  for (const std::string& value : values)
    quoted.push_back(fmt::format("\"{}\"", value));
  return fmt::format("[{}]", fmt::join(quoted, ", "));
}

std::vector<std::string> all_texts(const std::vector<IpAddress>& addresses) {
  std::vector<std::string> texts = texts_of(addresses, false);
  for (std::string& text : texts_of(addresses, true))
    texts.push_back(std::move(text));
  return texts;
}

/// netplan merges all files; this overrides what another one says of the NIC.
constexpr const char* k_begin = R"(network:
  version: 2
  ethernets:
    "{nic}":
      mtu: {mtu}
      dhcp4: false
      dhcp6: false
      accept-ra: false
      link-local: []
  bridges:
    "{bridge}":
      interfaces: ["{nic}"]
      macaddress: "{mac}"
      mtu: {mtu}
      parameters: {{stp: false, forward-delay: 0}}
      dhcp4: {dhcp4}
      accept-ra: {accept_ra}
)";

} // namespace

// netplan(5)
Result<std::vector<ConfigFile>> netplan_files(const BridgeConfiguration& bridge) {
  TRY(check_plain_names(bridge));
  std::string text =
      fmt::format(k_begin, fmt::arg("nic", bridge.nic.str()), fmt::arg("mtu", bridge.mtu),
                  fmt::arg("bridge", bridge.bridge.str()), fmt::arg("mac", bridge.mac.str()),
                  fmt::arg("dhcp4", bridge.dhcp4), fmt::arg("accept_ra", bridge.router_advertisements));
  if (!bridge.addresses.empty())
    text += fmt::format("      addresses: {}\n", list(bridge.addresses));
  if (!bridge.gateways.empty())
    text += "      routes:\n";
  for (const IpAddress& gateway : bridge.gateways)
    text += fmt::format("        - {{to: \"{}\", via: \"{}\"}}\n", gateway.is_ip6() ? "::/0" : "0.0.0.0/0",
                        gateway.str());
  if (!bridge.name_servers.empty())
    text += fmt::format("      nameservers: {{addresses: {}}}\n", list(all_texts(bridge.name_servers)));
  return std::vector<ConfigFile>{{fmt::format("/etc/netplan/99-{}.yaml", bridge.bridge.str()), text}};
}

} // namespace vdeup::managers
