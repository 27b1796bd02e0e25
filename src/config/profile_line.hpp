#pragma once

#include "config/profile.hpp"

#include <string>
#include <vector>

namespace vdeup::config {

/// The lane of one NIC in a line, by the id of its `-netdev vde,id=` or `-nic vde,id=`.
struct LaneById {
  std::string id;
  NicLane lane;                     ///< vde or tap: the others need nothing of us
  bool wants_default_model = false; ///< the profile names no model
  bool operator==(const LaneById&) const = default;
};

/// A QEMU line, as somebody careful would type it for QEMU 5 or later, and what it cannot say.
struct ProfileLine {
  std::vector<std::string> words; ///< the program first
  std::vector<LaneById> lanes{};
};

/// Write the line of a profile. `default_program` is for one that names none. Pure.
///
/// NICs of the lanes vde and tap are `-netdev vde,id=nicN` with a `-device`, or `-nic vde,id=nicN` where the
/// profile leaves the model to us. A profile that says nothing about networks gives a line that does not.
[[nodiscard]] ProfileLine to_qemu_line(const Profile& profile, const std::string& default_program);

} // namespace vdeup::config
