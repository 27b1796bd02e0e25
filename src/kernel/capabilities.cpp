#include "kernel/capabilities.hpp"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

namespace vdeup::kernel {
namespace {

constexpr const char* k_cannot_drop = "cannot give up privileges";

/// Groups first, for as long as there is the right to change them. KEEPCAPS: else the kernel takes all
/// capabilities from who stops being root.
Result<> become(const Identity& user) {
  if (::geteuid() == user.uid)
    return ok();
  if (::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || ::initgroups(user.name.c_str(), user.gid) < 0 ||
      ::setresgid(user.gid, user.gid, user.gid) < 0 || ::setresuid(user.uid, user.uid, user.uid) < 0)
    return fail(errno_error(errno, k_cannot_drop));
  return ok();
}

// Those that are handed on are all in the first word of the kernel's two.
using Words = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;
static_assert(static_cast<int>(Capability::setgid) == CAP_SETGID &&
              static_cast<int>(Capability::net_bind_service) == CAP_NET_BIND_SERVICE &&
              static_cast<int>(Capability::net_admin) == CAP_NET_ADMIN &&
              static_cast<int>(Capability::net_raw) == CAP_NET_RAW);
constexpr std::uint32_t k_handed_on = CAP_TO_MASK(CAP_NET_BIND_SERVICE) | CAP_TO_MASK(CAP_NET_RAW);

Result<Words> read_capabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  Words words{};
  if (::syscall(SYS_capget, &header, words.data()) < 0)
    return fail(errno_error(errno, "cannot read the capabilities of this process"));
  return words;
}

/// This also empties the ambient set, which is never more than what is inheritable.
bool write_capabilities(Words& words) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  return ::syscall(SYS_capset, &header, words.data()) == 0;
}

Result<> lock_down() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
    return fail(errno_error(errno, k_cannot_drop));
  return ok();
}

} // namespace

Result<> keep_network_rights(const Identity& user) {
  TRY(become(user));
  TRY(const auto former, read_capabilities());
  Words words{};
  words[0].effective = CAP_TO_MASK(CAP_NET_ADMIN);
  words[0].permitted = CAP_TO_MASK(CAP_NET_ADMIN) | (former[0].permitted & k_handed_on);
  if (!write_capabilities(words))
    return fail(Error{ErrorKind::not_permitted, "cannot change the network", "CAP_NET_ADMIN is missing",
                      "capabilities(7): it comes with root or with the file, unless that is on a file system "
                      "that is mounted nosuid, or the caller runs with no_new_privs"});
  return lock_down();
}

Result<> keep_mover_rights() {
  constexpr std::array<unsigned, 7> kept{CAP_NET_ADMIN,       CAP_NET_RAW,  CAP_BPF,         CAP_SYS_PTRACE,
                                         CAP_DAC_READ_SEARCH, CAP_IPC_LOCK, CAP_SYS_RESOURCE};
  TRY(const auto former, read_capabilities());
  Words words{};
  for (const unsigned capability : kept)
    words.at(CAP_TO_INDEX(capability)).permitted |= CAP_TO_MASK(capability);
  for (std::size_t i = 0; i < words.size(); ++i)
    words.at(i).effective = words.at(i).permitted &= former.at(i).permitted;
  constexpr std::uint32_t needed = CAP_TO_MASK(CAP_NET_ADMIN) | CAP_TO_MASK(CAP_NET_RAW);
  if ((words[0].permitted & needed) != needed || !write_capabilities(words))
    return fail(
        Error{ErrorKind::not_permitted, "cannot move a NIC", "CAP_NET_ADMIN or CAP_NET_RAW is missing", {}});
  return lock_down();
}

Result<std::optional<Capability>> find_missing(const Capabilities& wanted) {
  TRY(const auto words, read_capabilities());
  for (const Capability capability : wanted)
    if ((words[0].permitted & CAP_TO_MASK(static_cast<unsigned>(capability))) == 0)
      return capability;
  return std::nullopt;
}

bool is_effective(Capability capability) {
  const auto words = read_capabilities();
  return words && (words.value()[0].effective & CAP_TO_MASK(static_cast<unsigned>(capability))) != 0;
}

} // namespace vdeup::kernel
