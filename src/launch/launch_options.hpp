#pragma once

#include <optional>
#include <string>

namespace vdeup::launch {

/// How the NICs of a VM are attached.
enum class Lane {
  vde, ///< each at a port of the user's switch
  tap, ///< each by a TAP of its own, on the same bridge
};

/// The options of `run`.
struct LaunchOptions {
  Lane lane = Lane::vde;                  ///< --lane
  unsigned queues = 1;                    ///< --queues, with the lane tap
  std::optional<std::string> nic_model{}; ///< --nic-model
  std::optional<std::string> profile{};   ///< -t
  std::optional<std::string> ctys{};      ///< --ctys
  bool remove = false;                    ///< --rm
  bool reconnect = false;                 ///< --reconnect
  bool strict = false;                    ///< --strict
  bool timing = false;                    ///< --timing
};

} // namespace vdeup::launch
