#include "vde/switch_lock.hpp"

#include "base/call_timer.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace vdeup::vde {
namespace {

constexpr mode_t k_mode = S_IRUSR | S_IWUSR;

/// Open the file, or make it. Two steps, because with fs.protected_regular the kernel refuses O_CREAT on an
/// existing file of another user in a directory like /var/tmp, before we could tell whose it is.
UniqueFd open_or_create(const std::string& path) {
  constexpr int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  UniqueFd fd{::open(path.c_str(), flags)};
  if (fd || errno != ENOENT)
    return fd;
  fd.reset(::open(path.c_str(), flags | O_CREAT | O_EXCL, k_mode));
  if (!fd && errno == EEXIST) // somebody was faster
    fd.reset(::open(path.c_str(), flags));
  return fd;
}

Error cannot_lock(const std::string& path, std::string cause) {
  return Error{ErrorKind::refused, fmt::format("will not use the lock {}", path), std::move(cause),
               "have it removed by whoever made it, or choose other sockets with -s and -S"};
}

Result<UniqueFd> open_lock(const std::string& path, uid_t owner) {
  UniqueFd fd = open_or_create(path);
  struct stat status {};
  if (!fd && (errno == ELOOP || errno == EACCES || errno == ENXIO) && ::lstat(path.c_str(), &status) == 0 &&
      (status.st_uid != owner || !S_ISREG(status.st_mode)))
    return fail(cannot_lock(path, "it is not a plain file of the switch's owner"));
  if (!fd)
    return fail(errno_error(errno, fmt::format("cannot open the lock {}", path)));
  if (::fstat(fd.get(), &status) < 0)
    return fail(errno_error(errno, fmt::format("cannot look at the lock {}", path)));
  if (!S_ISREG(status.st_mode) || status.st_uid != owner)
    return fail(cannot_lock(path, "it is not a plain file of the switch's owner"));
  return fd;
}

/// True if the path still names the file that we hold: a holder may have removed it meanwhile.
bool is_current(int fd, const std::string& path) {
  struct stat held {};
  struct stat named {};
  return ::fstat(fd, &held) == 0 && ::lstat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

bool lock_until(int fd, const Deadline& deadline) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0)
    return true;
  const CallTimer timer{deadline};
  return ::flock(fd, LOCK_EX) == 0;
}

} // namespace

Result<SwitchLock> SwitchLock::acquire(const Scope& scope, const Deadline& deadline) {
  const std::string path = scope.sockets.dir.str() + ".lock";
  for (;;) {
    TRY(auto fd, open_lock(path, scope.owner.uid));
    if (!lock_until(fd.get(), deadline))
      return fail(
          Error{ErrorKind::timed_out, fmt::format("cannot lock the switch {}", scope.sockets.dir.str()),
                "another vdeup has been working on it for too long", "`fuser -v " + path + "` names it"});
    if (is_current(fd.get(), path))
      return SwitchLock{std::move(fd), path};
  }
}

void SwitchLock::remove_file() {
  (void)::unlink(m_path.c_str());
}

} // namespace vdeup::vde
