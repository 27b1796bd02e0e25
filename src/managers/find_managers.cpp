#include "managers/find_managers.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::managers {
namespace {

using Hold = NicManager::Hold;
using Kind = NicManager::Kind;

std::string seen(const process::Process& process) {
  return fmt::format("process {} is {}", process.pid, printable(process.name));
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
  NicManager manager{.kind = Kind::networkd, .name = "systemd-networkd"};
  manager.configuration = printable(value_of(*state, "NETWORK_FILE").value_or(""));
  manager.evidence = {seen(running.front()), fmt::format("{} says ADMIN_STATE={}", path, printable(admin))};
  if (admin == "configured" || admin == "configuring" || admin == "failed")
    manager.hold = Hold::manages;
  else
    manager.hold = admin == "unmanaged" || admin == "linger" ? Hold::leaves : Hold::undecided;
  if (tree.exists(fmt::format("/run/systemd/netif/leases/{}", nic.index))) {
    manager.is_dynamic = true;
    manager.evidence.push_back("it has a DHCP lease");
  }
  return {std::move(manager)};
}

std::vector<NicManager> find_network_manager(const FileTree& tree, const process::ProcessTable& processes,
                                             const Link& nic) {
  const auto running = processes.named("NetworkManager");
  if (running.empty())
    return {};
  const std::string path = fmt::format("/run/NetworkManager/devices/{}", nic.index);
  const auto state = tree.read(path);
  NicManager manager{.kind = Kind::network_manager, .name = "NetworkManager", .hold = Hold::undecided};
  manager.evidence = {seen(running.front())};
  const auto managed = state ? value_of(*state, "managed") : std::nullopt;
  if (managed == "true")
    manager.hold = Hold::manages;
  if (managed == "false")
    manager.hold = Hold::leaves;
  manager.evidence.push_back(managed ? fmt::format("{} says managed={}", path, printable(*managed))
                                     : fmt::format("{} does not say whether it is managed", path));
  manager.configuration = printable(state ? value_of(*state, "connection-uuid").value_or("") : "");
  const auto has_lease = [&](const std::string& name) {
    return name.starts_with("internal-") && name.ends_with("-" + nic.name + ".lease");
  };
  const auto leases = tree.names("/var/lib/NetworkManager").value_or(std::vector<std::string>{});
  if (!manager.configuration.empty())
    manager.is_dynamic = std::any_of(leases.begin(), leases.end(), [&](const std::string& name) {
      return has_lease(name) && name.find(manager.configuration) != std::string::npos;
    });
  if (manager.is_dynamic)
    manager.evidence.push_back("it has a DHCP lease for this connection");
  return {std::move(manager)};
}

std::vector<NicManager> find_connman(const FileTree& tree, const process::ProcessTable& processes,
                                     const Link& nic) {
  const auto running = processes.named("connmand");
  if (running.empty())
    return {};
  NicManager manager{.kind = Kind::connman, .name = "connman", .hold = Hold::manages};
  manager.evidence = {seen(running.front())};
  const std::string text = tree.read("/etc/connman/main.conf").value_or("");
  std::string list; // blanks may stand around the `=`
  for (const std::string_view line : split(text, '\n'))
    if (line.starts_with("NetworkInterfaceBlacklist"))
      list = line.substr(std::min(line.find('='), line.size() - 1) + 1);
  for (std::string_view prefix : split(list, ',')) {
    prefix.remove_prefix(std::min(prefix.find_first_not_of(' '), prefix.size()));
    if (prefix.empty() || !nic.name.starts_with(prefix))
      continue;
    manager.hold = Hold::leaves;
    manager.evidence.push_back(fmt::format("/etc/connman/main.conf excludes {}", printable(prefix)));
  }
  return {std::move(manager)};
}

std::vector<NicManager> find_managers(const FileTree& tree, const process::ProcessTable& processes,
                                      const Link& nic) {
  std::vector<NicManager> all;
  for (auto& found :
       {find_networkd(tree, processes, nic), find_network_manager(tree, processes, nic),
        find_ifupdown(tree, nic), find_dhcp_clients(processes, nic), find_connman(tree, processes, nic)})
    all.insert(all.end(), found.begin(), found.end());
  return all;
}

std::vector<NicManager> find_managers(const Link& nic) {
  const FileTree host;
  return find_managers(host, process::ProcessTable::read(host), nic);
}

} // namespace vdeup::managers
