#pragma once

#include "cli/ensure.hpp"
#include "process/process_id.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace vdeup::cli {

/// Who has made a network for one launch only (`run --rm`), and what of it: the note in the lock of the
/// switch.
///
/// A keeper that is killed cannot clean up, so every later call for the same switch looks at the note first:
/// if its process is gone and no VM is left, the network is removed as the keeper would have done it. The
/// note is the owner's word. It can only say that something of the owner's is to go, and every step of the
/// removal holds that against the marks in the kernel.
struct Keeper {
  process::ProcessId process{};
  bool made_switch = false;
  bool made_tap = false;
  std::optional<IfName> made_bridge{};

  /// `keeper pid=4711 start=815 made=switch,tap,bridge:ctysbr0`
  [[nodiscard]] std::string text() const;
  [[nodiscard]] static std::optional<Keeper> parse(std::string_view note);
};

/// What a plan has made, for this process to take down in the end.
[[nodiscard]] Keeper keeper_of(const Plan& plan);

/// Note that this process keeps what a plan is about to make, with what an earlier note says.
[[nodiscard]] Result<> begin_keeping(vde::SwitchLock& lock, const Plan& plan);

/// Remove what a keeper that is gone has left, if no VM uses it any more. Costs one look at a file where
/// there is no such note. Failures are only told to the log: the call that comes next may be about something
/// else.
void clear_left_behind(const Wiring& wiring, const plan::Request& request);

/// End the time of a network that a keeper made: remove it if no VM uses it, else leave the note for the next
/// call that comes. The caller has been the keeper, or none is left.
[[nodiscard]] Result<> end_keeping(const Wiring& wiring, const plan::Request& request);

/// Make a network stay that was made for one launch: somebody asked for it by `create`.
[[nodiscard]] Result<> stop_keeping(vde::SwitchLock& lock);

} // namespace vdeup::cli
