#include "launch/effect.hpp"

#include "base/text.hpp"
#include "launch/program.hpp"
#include "vde/directories.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string>

namespace vdeup::launch {
namespace {

bool any_nic(const Launch& launch, const std::function<bool(const qemu::VdeNic&)>& test) {
  return std::any_of(launch.line.nics.begin(), launch.line.nics.end(), test);
}

/// True if a NIC has the lane of a VDE switch, and vdeup makes its connection.
bool can_reconnect(const Launch& launch) {
  if (launch.qemu.best_backend() == qemu::Backend::vde)
    return false;
  return any_nic(launch, [&launch](const qemu::VdeNic& nic) {
    const auto index = static_cast<std::size_t>(&nic - launch.line.nics.data());
    const bool has_tap = goes_to_own_switch(launch, nic) && launch.lanes.at(index) == Lane::tap;
    return nic.has_connection() && !has_tap;
  });
}

Error no_effect(std::string_view option, const std::string& needs, std::string hint) {
  return Error{ErrorKind::usage, fmt::format("{} has no effect on this line", option), needs,
               std::move(hint)};
}

Error needs_own_nic(const Launch& launch, std::string_view option) {
  if (qemu::has_board_without_nic(called_as(launch.emulator), launch.line))
    return no_effect(option, fmt::format("the machine {} has no NIC", printable(launch.line.machine)),
                     fmt::format("leave out {}", option));
  const std::string needs = fmt::format("it needs a NIC at the switch {}, and the line has none",
                                        launch.request.scope.sockets.dir.str());
  return no_effect(option, needs, fmt::format("write that NIC as `-nic vde`, or leave out {}", option));
}

/// The live switch at a place where libvdeplug looks if it is given no path (libvdeplug(3)).
std::string find_default_switch() {
  std::vector<std::string> places{"/var/run/vde.ctl", "/tmp/vde.ctl"};
  if (const char* home = std::getenv("HOME"); home != nullptr)
    places.insert(places.begin(), fmt::format("{}/.vde2/default.switch", home));
  for (const std::string& place : places)
    for (const vde::SocketEntry& socket : vde::list_sockets(place).value_or(std::vector<vde::SocketEntry>{}))
      if (socket.file.path == place + "/ctl" && !socket.is_dangling)
        return place;
  return {};
}

} // namespace

Result<> check_effect(const Launch& launch, std::vector<std::string_view> network_options) {
  if (launch.line.only_asks)
    return ok();
  const LaunchOptions& options = launch.options;
  if (options.lane == Lane::tap)
    network_options.push_back("--lane tap");
  if (options.remove)
    network_options.push_back("--rm");
  const bool has_own = any_nic(launch, [&launch](const qemu::VdeNic& nic) {
    return nic.has_connection() && goes_to_own_switch(launch, nic);
  });
  if (!has_own && !network_options.empty())
    return fail(needs_own_nic(launch, network_options.front()));
  if (options.reconnect && !can_reconnect(launch))
    return fail(no_effect("--reconnect", "it needs a NIC at a VDE switch that vdeup connects itself",
                          "leave out --reconnect"));
  if (options.nic_model && !qemu::uses_model(launch.line, chosen_model(launch)))
    return fail(no_effect("--nic-model",
                          "it needs a NIC that vdeup adds, and the line writes its NICs itself",
                          "write the model in the line: `-nic vde,model=MODEL`"));
  return ok();
}

void tell_of_default_switch(const Launch& launch, const Log& log) {
  const bool names_no_switch = any_nic(launch, [&launch](const qemu::VdeNic& nic) {
    return nic.place.backend && !nic.socket && goes_to_own_switch(launch, nic);
  });
  if (!names_no_switch)
    return;
  const std::string found = find_default_switch();
  const std::string& joined = launch.request.scope.sockets.dir.str();
  if (!found.empty() && found != joined)
    log.info(fmt::format("the VM joins the switch {}, and not {}, the default of QEMU", joined, found),
             fmt::format("write `sock={}` to join that one", double_commas(found)));
}

} // namespace vdeup::launch
