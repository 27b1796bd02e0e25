#pragma once

#include "support/lab.hpp"

#include <string>

namespace lab {

// Users that exist only in the test: acue and berta are in the group `lab`, carl is not, and acue is in `kvm`
// as well, whose primary group is another.
inline constexpr User k_acue{"acue", 5001, 5001};
inline constexpr User k_berta{"berta", 5002, 5002};
inline constexpr User k_carl{"carl", 5003, 5003};
inline constexpr gid_t k_lab_group = 5100;

/// Put a layer of one's own over /etc: what is written there is seen by this test only. Skips where that is
/// not possible. A second call finds it done, which is for tests that run in several sections.
void own_etc();

/// Do so, and enter the users above, with homes below the lab's. Skips where the test cannot be others.
void own_accounts();

/// The home of such a user.
std::string home_of(const User& user);

} // namespace lab
