#pragma once

#include "base/accounts.hpp"

#include <sys/types.h>

namespace vdeup::privilege {

/// For whom a helper works.
struct Caller {
  Account account;
  pid_t process; ///< that made the channel; it can have ended since, and another one have its number
};

/// Say for whom a helper works: who made the channel, as the kernel says (SO_PEERCRED).
///
/// With a file capability that is also who started us. Where root starts us (sudo, doas, ksu, pkexec), the
/// rule that let it be started says nothing of the user, but the kernel does; and the variables in which such
/// a program names its caller must not say otherwise. To be called before the environment is cleared.
/// Errors: usage if that is no channel; refused if it is somebody else's, root's, or we are setuid.
[[nodiscard]] Result<Caller> identify_caller(int channel);

} // namespace vdeup::privilege
