#pragma once

#include "cli/ensure.hpp"
#include "cli/timing.hpp"
#include "engine/lane.hpp"
#include "qemu/line.hpp"
#include "vde/attach.hpp"
#include "vde/relay.hpp"

#include <string>
#include <vector>

namespace vdeup::cli {

/// A launch on its way from the command line to the program.
struct Launch {
  std::string program;      ///< resolved
  std::string program_word; ///< as the user wrote it: QEMU's argv[0]
  qemu::Capabilities qemu;
  qemu::Line line;
  plan::Request request;
  RunOptions options;
  std::vector<Lane> lanes{}; ///< of each NIC of the line
  bool is_guest =
      false; ///< the switch is another user's, who shares it: then nothing of it is made or mended

  // What connect() has filled in; QEMU inherits all of these descriptors.
  std::vector<qemu::Connected> connected{};
  std::vector<vde::Attachment> attachments{};
  std::vector<engine::VmTap> taps{};
  std::vector<vde::Relay> relays{}; ///< with --reconnect, in the place of attachments
};

/// Find out what is to be run and connected. Starts no process unless this QEMU has never been asked what it
/// can do. Errors: of the program, the line and the settings.
[[nodiscard]] Result<Launch> prepare(const Context& context);

/// Make the network exist, and connect each NIC to it: all under the lock of the switch, so that no cancel
/// comes in between. Errors: then nothing is connected, and the network is as it was.
[[nodiscard]] Result<> connect(Launch& launch, const Wiring& wiring, Timing& timing);

/// Fill in what connect() would, without doing anything, and tell what it would do; nothing where no network
/// is needed. The numbers of descriptors and a derived address that is taken can turn out otherwise.
[[nodiscard]] Result<Ensured> rehearse(Launch& launch, const Wiring& wiring);

/// The line that the program gets, with argv[0].
[[nodiscard]] std::vector<std::string> final_line(const Launch& launch);

/// The environment that the program gets: the caller's, and where the switch is.
[[nodiscard]] std::vector<std::string> final_environment(const Launch& launch);

/// Let the program inherit what it was connected with.
[[nodiscard]] Result<> hand_over(const Launch& launch);

} // namespace vdeup::cli
