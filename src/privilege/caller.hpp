#pragma once

#include "base/identity.hpp"

namespace vdeup::privilege {

/// Say for whom a helper works: who made the channel, as the kernel says (SO_PEERCRED).
///
/// With a file capability that is also who started us. Where root starts us (sudo, doas, ksu, pkexec), the
/// rule that let it be started says nothing of the user, but the kernel does; and the variables in which such
/// a program names its caller must not say otherwise. To be called before the environment is cleared.
/// Errors: usage if that is no channel; refused if it is somebody else's, root's, or we are setuid.
[[nodiscard]] Result<Identity> identify_caller(int channel);

} // namespace vdeup::privilege
