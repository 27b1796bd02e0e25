#pragma once

#include "base/identity.hpp"

#include <optional>
#include <string>

namespace vdeup::config {

/// Find a user by name or number. Errors: usage if there is none.
[[nodiscard]] Result<Identity> user_called(const std::string& name);

/// Find a group by name. Errors: usage if there is none.
[[nodiscard]] Result<Group> group_called(const std::string& name);

/// The effective user. A uid without an account gets its number as name.
[[nodiscard]] Result<Identity> calling_user();

/// A user with a group, as `-u` takes them.
struct Owner {
  Identity user;
  std::optional<Group> group{};
};

/// Read `USER` or `USER.GROUP`. A name that is a user's as a whole is that user, whatever dots it has; else
/// it is split at its last dot. Errors: usage, naming the part that does not exist.
[[nodiscard]] Result<Owner> parse_owner(const std::string& text);

} // namespace vdeup::config
