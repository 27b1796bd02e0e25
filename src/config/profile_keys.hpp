#pragma once

#include "config/profile_value.hpp"

#include <span>

namespace vdeup::config {

/// A key of a section, and the function that stores its value in a profile, or in its last disk, floppy or
/// NIC.
struct ProfileKey {
  std::string_view name;
  Result<> (*take)(Profile& profile, const ProfileValue& value);
  bool can_repeat = false;
};

/// A section of a profile.
struct ProfileSection {
  std::string_view name;
  std::span<const ProfileKey> keys;
  void (*begin)(Profile& profile) = nullptr; ///< of a section that can be repeated: add a disk, floppy or NIC
};

/// All sections, in the order of vdeup-profile(5).
[[nodiscard]] std::span<const ProfileSection> profile_sections();

} // namespace vdeup::config
