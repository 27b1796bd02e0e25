#include "managers/networkd.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace vdeup::managers {
namespace {

constexpr std::chrono::seconds k_leave_patience{5};
constexpr const char* k_directory = "/etc/systemd/network";

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

std::vector<NicManager> find_networkd(const FileTree& tree, const process::ProcessTable& processes,
                                      const Link& nic) {
  const auto running = processes.named("systemd-network"); // a name has at most 15 bytes
  const std::string path = fmt::format("/run/systemd/netif/links/{}", nic.index);
  const auto state = tree.read(path); // it is left behind when networkd ends
  if (running.empty() || !state)
    return {};
  const std::string admin = value_of(*state, "ADMIN_STATE").value_or("");
  NicManager manager{.kind = NicManager::Kind::networkd, .name = "systemd-networkd"};
  manager.configuration = printable(value_of(*state, "NETWORK_FILE").value_or(""));
  manager.evidence = {running.front().str(), fmt::format("{} says ADMIN_STATE={}", path, printable(admin))};
  if (admin == "configured" || admin == "configuring" || admin == "failed")
    manager.hold = NicManager::Hold::manages;
  else
    manager.hold =
        admin == "unmanaged" || admin == "linger" ? NicManager::Hold::leaves : NicManager::Hold::undecided;
  if (tree.exists(fmt::format("/run/systemd/netif/leases/{}", nic.index))) {
    manager.is_dynamic = true;
    manager.evidence.push_back("it has a DHCP lease");
  }
  return {std::move(manager)};
}

// org.freedesktop.network1(5)
Networkd::Networkd(Bus& bus, std::string unique_name)
    : m_bus(bus),
      m_manager{std::move(unique_name), "/org/freedesktop/network1", "org.freedesktop.network1.Manager"} {}

// networkctl reload
Result<> Networkd::reload() {
  auto done = m_bus.call(m_manager, "Reload");
  if (!done)
    return fail(Error{done.error().kind(), "cannot have systemd-networkd read its files",
                      done.error().message(), "`networkctl reload` does the same"});
  return ok();
}

Result<> Networkd::wait_until_it_leaves(const std::vector<IfName>& devices) {
  for (const IfName& device : devices) {
    auto path = m_bus.find_numbered_object(m_manager, "GetLinkByName", device.str());
    if (!path && path.error().kind() == ErrorKind::missing)
      continue;
    TRY(auto found, std::move(path));
    const BusObject link = m_manager.at(std::move(found)).as("org.freedesktop.network1.Link");
    const auto has_left = [this, &link]() -> Result<bool> {
      TRY(auto state, m_bus.text(link, "AdministrativeState"));
      return state == "unmanaged";
    };
    if (auto left = m_bus.wait_until(link, has_left, k_leave_patience); !left)
      return fail(Error{left.error().kind(),
                        fmt::format("systemd-networkd does not leave {} alone", device.str()),
                        left.error().message(), fmt::format("look at `networkctl status {}`", device.str())});
  }
  return ok();
}

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
      {fmt::format("{}/05-{}.netdev", k_directory, name),
       fmt::format("[NetDev]\nName={}\nKind=bridge\nMACAddress={}\n\n[Bridge]\nSTP=no\nForwardDelaySec=0\n",
                   name, bridge.mac.str())},
      {fmt::format("{}/05-{}.network", k_directory, bridge.nic.str()),
       begin_network(bridge.nic, bridge.mtu) + fmt::format("Bridge={}\nLinkLocalAddressing=no\n", name)},
      {fmt::format("{}/05-{}.network", k_directory, name), own}};
}

} // namespace vdeup::managers
