#pragma once

#include "base/identity.hpp"

#include <string>

namespace vdeup::config {

/// Find a user by name or number. Errors: usage if there is none.
[[nodiscard]] Result<Identity> find_user(const std::string& name);

/// Who calls: the effective user. A uid without an account gets its number as name.
[[nodiscard]] Result<Identity> calling_user();

/// The login name of a uid, or its number.
[[nodiscard]] std::string user_name(uid_t uid);
/// The name of a group, or its number.
[[nodiscard]] std::string group_name(gid_t gid);

} // namespace vdeup::config
