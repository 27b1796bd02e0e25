#pragma once

#include "config/profile_value.hpp"

#include <span>

namespace vdeup::config {

/// A key of a section, and what its value does to a profile: to its last disk, floppy or NIC, where the
/// section is about one.
struct ProfileKey {
  std::string_view name;
  Result<> (*take)(Profile& profile, const ProfileValue& value);
  bool can_repeat = false;
};

/// A section of a profile.
struct ProfileSection {
  std::string_view name;
  std::span<const ProfileKey> keys;
  void (*begin)(Profile& profile) = nullptr; ///< for a section that can be there several times: one more
};

/// All sections, in the order of vdeup-profile(5).
[[nodiscard]] std::span<const ProfileSection> profile_sections();

} // namespace vdeup::config
