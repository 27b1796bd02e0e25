#include "managers/network_manager.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace vdeup::managers {
namespace {

constexpr std::uint32_t k_configuration = 1; // NM_MANAGER_RELOAD_FLAG_CONF

// NMDeviceState
constexpr std::uint32_t k_unmanaged = 10;
constexpr std::uint32_t k_activated = 100;
constexpr std::uint32_t k_failed = 120;

constexpr std::chrono::seconds k_activation_patience{5}; // an activation goes on after it

Error cannot(const std::string& what, const Error& error, std::string command) {
  return Error{error.kind(), what, error.message(), fmt::format("`{}` does the same", command)};
}

} // namespace

std::vector<NicManager> find_network_manager(const FileTree& tree, const process::ProcessTable& processes,
                                             const Link& nic) {
  const auto running = processes.named("NetworkManager");
  if (running.empty())
    return {};
  const std::string path = fmt::format("/run/NetworkManager/devices/{}", nic.index);
  const auto state = tree.read(path);
  NicManager manager{.kind = NicManager::Kind::network_manager,
                     .name = "NetworkManager",
                     .hold = NicManager::Hold::undecided};
  manager.evidence = {running.front().str()};
  const auto managed = state ? value_of(*state, "managed") : std::nullopt;
  if (managed == "true")
    manager.hold = NicManager::Hold::manages;
  if (managed == "false")
    manager.hold = NicManager::Hold::leaves;
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

// nm-dbus-interface(7)
NetworkManager::NetworkManager(Bus& bus, std::string unique_name)
    : m_bus(bus), m_manager{std::move(unique_name), "/org/freedesktop/NetworkManager", k_name} {}

// nmcli general reload conf
Result<> NetworkManager::reload() {
  auto done = m_bus.call_with_flags(m_manager, "Reload", k_configuration);
  if (!done)
    return fail(cannot("cannot have NetworkManager read its configuration", done.error(),
                       "nmcli general reload conf"));
  return ok();
}

// nmcli device set NIC managed no
Result<> NetworkManager::disconnect_nic(const IfName& nic) {
  const auto let = [&]() -> Result<> {
    TRY(auto device, find_device(nic));
    TRY(set_managed(device, false));
    return wait_for(device, [](std::uint32_t state) { return state == k_unmanaged; });
  };
  if (auto done = let(); !done)
    return fail(cannot(fmt::format("cannot disconnect {} from NetworkManager", nic.str()), done.error(),
                       fmt::format("nmcli device set {} managed no", nic.str())));
  return ok();
}

// nmcli connection up uuid UUID ifname NIC, or else nmcli device set NIC managed yes
Result<> NetworkManager::connect_nic(const ConnectNic& step) {
  const auto take = [&]() -> Result<> {
    TRY(auto device, find_device(step.nic));
    // To activate a connection makes the device managed, and in one go: to make it managed first would take
    // all off a NIC whose connection does not come up by itself.
    if (!step.connection.empty() && activate(device, step.connection))
      return ok();
    TRY(set_managed(device, true));
    return wait_for(device, [](std::uint32_t state) { return state > k_unmanaged; });
  };
  if (auto done = take(); !done)
    return fail(cannot(fmt::format("cannot have NetworkManager connect {} again", step.nic.str()),
                       done.error(), fmt::format("nmcli device set {} managed yes", step.nic.str())));
  return ok();
}

Result<BusObject> NetworkManager::find_device(const IfName& nic) {
  TRY(auto path, m_bus.find_object(m_manager, "GetDeviceByIpIface", nic.str()));
  return m_manager.at(std::move(path)).as("org.freedesktop.NetworkManager.Device");
}

Result<> NetworkManager::activate(const BusObject& device, const std::string& connection) {
  const BusObject settings =
      m_manager.at("/org/freedesktop/NetworkManager/Settings").as("org.freedesktop.NetworkManager.Settings");
  TRY(auto profile, m_bus.find_object(settings, "GetConnectionByUuid", connection));
  TRY(m_bus.call_with_objects(m_manager, "ActivateConnection", profile, device.path, "/"));
  return wait_for(device, [](std::uint32_t state) { return state == k_activated || state == k_failed; });
}

Result<> NetworkManager::set_managed(const BusObject& device, bool is_managed) {
  return m_bus.set(device, "Managed", is_managed);
}

Result<> NetworkManager::wait_for(const BusObject& device,
                                  const std::function<bool(std::uint32_t)>& is_wanted) {
  return m_bus.wait_until(
      device,
      [this, &device, &is_wanted]() -> Result<bool> {
        TRY(auto state, m_bus.number(device, "State"));
        return is_wanted(state);
      },
      k_activation_patience);
}

} // namespace vdeup::managers
