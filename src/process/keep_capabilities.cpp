#include "process/keep_capabilities.hpp"

#include "base/identity.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace vdeup::process {

int settle_identity_keeping(const Capabilities& capabilities) {
  // KEEPCAPS: else the kernel takes all capabilities from who stops being root. exec clears it.
  if (::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
    return errno;
  if (const int error_number = settle_identity(); error_number != 0)
    return error_number;
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
  for (const Capability capability : capabilities) {
    const auto number = static_cast<unsigned>(capability);
    auto& word = data.at(CAP_TO_INDEX(number));
    word.effective = word.permitted = word.inheritable = word.inheritable | CAP_TO_MASK(number);
  }
  // Without no_new_privs exec would give to root, if that is the user, whatever the bounding set holds.
  if (::syscall(SYS_capset, &header, data.data()) < 0 || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
      ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
    return errno;
  for (const Capability capability : capabilities)
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, static_cast<unsigned long>(capability), 0, 0) < 0)
      return errno;
  return 0;
}

} // namespace vdeup::process
