#include "kernel/capabilities.hpp"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace vdeup::kernel {
namespace {

constexpr const char* k_what = "cannot give up privileges";

/// Groups first, for as long as there is the right to change them. KEEPCAPS: else the kernel takes all
/// capabilities from who stops being root.
Result<> become(const Identity& user) {
  if (::geteuid() == user.uid)
    return ok();
  if (::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || ::initgroups(user.name.c_str(), user.gid) < 0 ||
      ::setresgid(user.gid, user.gid, user.gid) < 0 || ::setresuid(user.uid, user.uid, user.uid) < 0)
    return fail(errno_error(errno, k_what));
  return ok();
}

} // namespace

Result<> keep_net_admin_only(const Identity& user) {
  TRY(become(user));
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
  auto& word = data[CAP_TO_INDEX(CAP_NET_ADMIN)];
  word.effective = word.permitted = CAP_TO_MASK(CAP_NET_ADMIN);
  // This also empties the ambient set, which is never more than what is inheritable.
  if (::syscall(SYS_capset, &header, data.data()) < 0)
    return fail(Error{ErrorKind::not_permitted, "cannot change the network", "CAP_NET_ADMIN is missing",
                      "capabilities(7): it comes with root or with the file, unless that is on a file system "
                      "that is mounted nosuid, or the caller runs with no_new_privs"});
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
    return fail(errno_error(errno, k_what));
  return ok();
}

} // namespace vdeup::kernel
