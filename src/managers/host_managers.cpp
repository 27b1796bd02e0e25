#include "managers/host_managers.hpp"

#include "managers/bus.hpp"
#include "managers/network_manager.hpp"
#include "managers/networkd.hpp"
#include "managers/unmanaged_files.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <optional>

namespace vdeup::managers {
namespace {

using Kind = NicManager::Kind;

const char* name_of(Kind kind) {
  return kind == Kind::networkd ? Networkd::k_name : NetworkManager::k_name;
}

/// True if a manager has run since the last boot. Cheap, so that hosts without one pay nothing.
bool has_left_a_trace(Kind kind) {
  return ::access(kind == Kind::networkd ? Networkd::k_trace : NetworkManager::k_trace, F_OK) == 0;
}

/// True if a process works on our network. One bus can serve several network namespaces, whose devices have
/// the same names.
bool is_in_our_network(std::uint32_t process) {
  struct stat ours {};
  struct stat theirs {};
  return process != 0 && ::stat("/proc/self/ns/net", &ours) == 0 &&
         ::stat(fmt::format("/proc/{}/ns/net", process).c_str(), &theirs) == 0 &&
         ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

/// The unique name of a manager that runs and works on our network.
Result<std::optional<std::string>> find(Bus& bus, Kind kind) {
  TRY(auto owner, bus.owner_of(name_of(kind)));
  if (!owner)
    return std::optional<std::string>{};
  TRY(auto process, bus.process_of(*owner));
  return is_in_our_network(process) ? owner : std::nullopt;
}

/// Have a manager read its files, if it runs.
Result<> reload(Bus& bus, Kind kind) {
  TRY(auto found, find(bus, kind));
  if (!found)
    return ok();
  return kind == Kind::networkd ? Networkd{bus, *found}.reload() : NetworkManager{bus, *found}.reload();
}

Error is_not_there(const IfName& nic) {
  return Error{ErrorKind::missing, fmt::format("cannot speak to NetworkManager about {}", nic.str()),
               "it is not on the bus, or works on another network namespace",
               "`nmcli general status` tells more"};
}

} // namespace

Result<std::vector<Kind>> HostManagers::running() {
  std::vector<Kind> all;
  std::optional<Bus> bus;
  for (const Kind kind : {Kind::networkd, Kind::network_manager}) {
    if (!has_left_a_trace(kind))
      continue;
    if (!bus) {
      auto connected = Bus::connect(Deadline::after(m_patience));
      if (!connected && connected.error().kind() == ErrorKind::missing)
        return all; // managers are told over the bus only
      TRY(auto opened, std::move(connected));
      bus.emplace(std::move(opened));
    }
    TRY(auto found, find(*bus, kind));
    if (found)
      all.push_back(kind);
  }
  return all;
}

Result<> HostManagers::execute(const ManagerStep& step) {
  if (const auto* devices = std::get_if<Unmanage>(&step))
    return unmanage(*devices);
  if (const auto* devices = std::get_if<Manage>(&step))
    return manage(*devices);
  if (const auto* nic = std::get_if<DisconnectNic>(&step))
    return disconnect_nic(*nic);
  return connect_nic(std::get<ConnectNic>(step));
}

Result<> HostManagers::unmanage(const Unmanage& step) {
  remove_stale_files(m_files, step.manager);
  TRY(auto files, unmanaged_files(step.manager, step.devices));
  std::vector<ConfigFile> added;
  auto done = put(files, added);
  if (done)
    done = tell_to_leave(step);
  if (!done)
    roll_back(step.manager, added); // the first error is the one that counts
  return done;
}

void HostManagers::roll_back(Kind manager, const std::vector<ConfigFile>& added) {
  (void)remove(added);
  if (auto bus = Bus::connect(Deadline::after(m_patience)); bus)
    (void)reload(bus.value(), manager);
}

Result<> HostManagers::tell_to_leave(const Unmanage& step) {
  TRY(auto bus, Bus::connect(Deadline::after(m_patience)));
  TRY(reload(bus, step.manager));
  if (step.manager != Kind::networkd)
    return ok(); // NetworkManager reports only that it has read them
  TRY(auto found, find(bus, step.manager));
  return found ? Networkd{bus, *found}.wait_until_it_leaves(step.devices) : ok();
}

Result<> HostManagers::manage(const Manage& step) {
  TRY(auto files, unmanaged_files(step.manager, step.devices));
  auto removed = remove(files);
  auto connected = Bus::connect(Deadline::after(m_patience));
  if (!connected && connected.error().kind() == ErrorKind::missing)
    return removed; // no manager runs
  TRY(auto bus, std::move(connected));
  TRY(reload(bus, step.manager));
  return removed;
}

Result<> HostManagers::disconnect_nic(const DisconnectNic& step) {
  TRY(auto bus, Bus::connect(Deadline::after(m_patience)));
  TRY(auto found, find(bus, Kind::network_manager));
  if (!found)
    return fail(is_not_there(step.nic));
  return NetworkManager{bus, *found}.disconnect_nic(step.nic);
}

Result<> HostManagers::connect_nic(const ConnectNic& step) {
  auto connected = Bus::connect(Deadline::after(m_patience));
  if (!connected && connected.error().kind() == ErrorKind::missing)
    return ok(); // it does not run, and manages the NIC when it starts
  TRY(auto bus, std::move(connected));
  TRY(auto found, find(bus, Kind::network_manager));
  return found ? NetworkManager{bus, *found}.connect_nic(step) : ok();
}

Result<> HostManagers::put(const std::vector<ConfigFile>& files, std::vector<ConfigFile>& added) {
  for (const ConfigFile& file : files) {
    TRY(auto is_new, m_files.put(file.path, file.text));
    if (is_new)
      added.push_back(file);
  }
  return ok();
}

Result<> HostManagers::remove(const std::vector<ConfigFile>& files) {
  Result<> outcome = ok();
  for (const ConfigFile& file : files)
    if (auto removed = m_files.remove(file.path, file.text); !removed && outcome)
      outcome = std::move(removed);
  return outcome;
}

} // namespace vdeup::managers
