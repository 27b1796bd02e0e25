#pragma once

#include "base/identity.hpp"

#include <optional>
#include <string>

namespace vdeup {

/// An entry of the user database: who it is, and where it is at home.
struct Account {
  Identity identity;
  std::string home;
};

// Look-ups in the user and group databases (getpwnam_r(3), getgrnam_r(3)). Nothing if there is no such entry.
// Errors: what the database says.

[[nodiscard]] Result<std::optional<Account>> find_account(uid_t uid);
[[nodiscard]] Result<std::optional<Account>> find_account(const std::string& name);
[[nodiscard]] Result<std::optional<Group>> find_group(const std::string& name);

/// The login name of a uid, or its number.
[[nodiscard]] std::string user_name(uid_t uid);
/// The name of a group, or its number.
[[nodiscard]] std::string group_name(gid_t gid);

/// True if a group is one of the user's, primary or not.
[[nodiscard]] bool is_member(const Identity& user, gid_t group);

} // namespace vdeup
