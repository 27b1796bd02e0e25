#pragma once

#include "base/log.hpp"
#include "config/config_file.hpp"
#include "config/settings.hpp"
#include "engine/lane.hpp"
#include "launch/launch_options.hpp"
#include "plan/request.hpp"
#include "qemu/line.hpp"
#include "vde/attach.hpp"
#include "vde/relay.hpp"

#include <functional>
#include <string>
#include <vector>

namespace vdeup::launch {

/// What `run` was asked for.
struct LaunchOrder {
  LaunchOptions options;
  std::vector<std::string> program; ///< and its arguments; with a profile or `.ctys` file, more arguments
  config::Choice choice;
  const config::FileSettings& files;
  /// Makes the request for a network. The line can name a switch that the choice does not.
  std::function<Result<plan::Request>(const config::Choice&)> make_request;
};

/// A launch on its way from the command line to the program.
struct Launch {
  std::string program;              ///< what is executed, resolved
  std::vector<std::string> command; ///< all before QEMU's arguments, as the user wrote it: `nice -n 5 QEMU`
  std::string emulator;             ///< the last word of that, resolved
  qemu::Capabilities qemu;
  qemu::Line line;
  plan::Request request;
  LaunchOptions options;
  std::vector<Lane> lanes{}; ///< of each NIC of the line
  bool is_guest =
      false; ///< the switch is another user's, who shares it: then nothing of it is made or mended

  // What connect() has filled in; QEMU inherits all of these descriptors.
  std::vector<qemu::Connected> connected{};
  std::vector<vde::Attachment> attachments{};
  std::vector<engine::VmTap> taps{};
  std::vector<vde::Relay> relays{}; ///< with --reconnect, in the place of attachments
};

/// True if a NIC names the switch of this scope, or none.
[[nodiscard]] bool names_own_switch(const Scope& scope, const qemu::VdeNic& nic);

/// True if a NIC goes to the switch that a launch looks after, or by a TAP of its own to that network.
[[nodiscard]] bool goes_to_own_switch(const Launch& launch, const qemu::VdeNic& nic);

/// The model of NICs that are added.
[[nodiscard]] qemu::NicModel chosen_model(const Launch& launch);

/// Find out what is to be run and connected. Starts no process unless this QEMU has never been asked what it
/// can do. Errors: of the program, the line and the settings.
[[nodiscard]] Result<Launch> prepare(const LaunchOrder& order, const Log& log);

} // namespace vdeup::launch
