#pragma once

#include "model/step.hpp"
#include "network/world.hpp"
#include "plan/request.hpp"
#include "process/process_id.hpp"
#include "vde/switch_lock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace vdeup::network {

/// A network that was made for one launch only (`run --rm`): the process that made it, and what of it. This
/// is the note in the lock of the switch.
///
/// A process that is killed cannot clean up, so every later call for the same switch reads the note first:
/// if its process is gone and no VM is left, the network is removed. The note is the owner's word. It can
/// only name things of the owner's for removal, and each step of the removal checks the marks in the kernel.
struct TemporaryNetwork {
  process::ProcessId process{};
  bool made_switch = false;
  bool made_tap = false;
  std::optional<IfName> made_bridge{};

  /// `supervisor pid=4711 start=815 made=switch,tap,bridge:ctysbr0`
  [[nodiscard]] std::string text() const;
  [[nodiscard]] static std::optional<TemporaryNetwork> parse(std::string_view note);
  /// What a plan makes, as this process's.
  [[nodiscard]] static TemporaryNetwork made_by(const Plan& plan);
};

/// Note that this process removes in the end what a plan is about to make, and what an earlier note names.
[[nodiscard]] Result<> begin_temporary(vde::SwitchLock& lock, const Plan& plan);

/// Remove a temporary network of this process, or of one that is gone, if no VM uses it. Otherwise the note
/// stays for the next call.
[[nodiscard]] Result<> end_temporary(const World& world, const plan::Request& request);

/// Remove a temporary network whose process is gone, if no VM uses it. Reads one file if there is no note.
/// Failures go to the log: the call that follows may be about something else.
void remove_stale_temporary(const World& world, const plan::Request& request);

/// Keep a network that was made for one launch: `create` asked for it.
[[nodiscard]] Result<> make_permanent(vde::SwitchLock& lock);

} // namespace vdeup::network
