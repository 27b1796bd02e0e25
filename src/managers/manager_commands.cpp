#include "managers/manager_commands.hpp"

#include "base/text.hpp"
#include "managers/persist_parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace vdeup::managers {
namespace {

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

// nmcli(1), nm-settings-nmcli(5)
std::vector<std::string> nmcli_commands(const BridgeConfiguration& bridge) {
  const std::string name = bridge.bridge.str();
  const std::string port = fmt::format("{}-{}", name, bridge.nic.str());
  std::vector<std::string> make{"nmcli",
                                "connection",
                                "add",
                                "type",
                                "bridge",
                                "con-name",
                                name,
                                "ifname",
                                name,
                                "bridge.stp",
                                "no",
                                "bridge.mac-address",
                                bridge.mac.str()};
  add_family(bridge, false, make);
  add_family(bridge, true, make);
  return {shell_line(make),
          shell_line({"nmcli", "connection", "add", "type", "bridge-slave", "con-name", port, "ifname",
                      bridge.nic.str(), "master", name}),
          shell_line({"nmcli", "connection", "up", port})};
}

} // namespace vdeup::managers
