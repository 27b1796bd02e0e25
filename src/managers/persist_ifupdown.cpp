#include "managers/persist_parts.hpp"

#include <fmt/format.h>

#include <utility>

namespace vdeup::managers {
namespace {

/// Collects the stanzas of a bridge. The first of them makes it, the others add to it.
class Stanzas {
 public:
  Stanzas(std::string name, std::string making) : m_name(std::move(name)), m_making(std::move(making)) {}

  void add(std::string_view family, std::string_view method, const std::string& options = {}) {
    m_text +=
        fmt::format("\niface {} {} {}\n{}{}", m_name, family, method, std::exchange(m_making, ""), options);
  }
  [[nodiscard]] bool is_empty() const { return m_text.empty(); }
  [[nodiscard]] const std::string& text() const { return m_text; }

 private:
  std::string m_name;
  std::string m_making;
  std::string m_text{};
};

/// One stanza for each address; gateway and name servers stand with the first.
void add_addresses(Stanzas& stanzas, const BridgeConfiguration& bridge, bool is_ip6) {
  std::string once;
  for (const std::string& gateway : texts_of(bridge.gateways, is_ip6))
    once += fmt::format("    gateway {}\n", gateway);
  if (const auto servers = texts_of(bridge.name_servers, is_ip6); !servers.empty())
    once += fmt::format("    dns-nameservers {}\n", fmt::join(servers, " "));
  for (const std::string& address : addresses_of(bridge, is_ip6))
    stanzas.add(is_ip6 ? "inet6" : "inet", "static",
                fmt::format("    address {}\n{}", address, std::exchange(once, "")));
}

} // namespace

// interfaces(5), bridge-utils-interfaces(5)
Result<std::vector<ConfigFile>> ifupdown_files(const BridgeConfiguration& bridge) {
  TRY(check_plain_names(bridge));
  const std::string& name = bridge.bridge.str();
  const std::string& nic = bridge.nic.str();
  Stanzas stanzas{name,
                  fmt::format("    bridge_ports {}\n    bridge_stp off\n    bridge_fd 0\n    bridge_hw {}\n"
                              "    mtu {}\n",
                              nic, bridge.mac.str(), bridge.mtu)};
  if (bridge.dhcp4)
    stanzas.add("inet", "dhcp");
  add_addresses(stanzas, bridge, false);
  if (bridge.router_advertisements && addresses_of(bridge, true).empty())
    stanzas.add("inet6", "auto");
  add_addresses(stanzas, bridge, true);
  if (stanzas.is_empty())
    stanzas.add("inet", "manual");
  return std::vector<ConfigFile>{{fmt::format("/etc/network/interfaces.d/{}", name),
                                  fmt::format("# Needs the package bridge-utils, and no other stanza of {}.\n"
                                              "iface {} inet manual\n    mtu {}\n\nauto {}{}",
                                              nic, nic, bridge.mtu, name, stanzas.text())}};
}

} // namespace vdeup::managers
