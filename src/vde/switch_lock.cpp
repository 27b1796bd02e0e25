#include "vde/switch_lock.hpp"

#include "base/call_timer.hpp"
#include "base/signal_hold.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace vdeup::vde {
namespace {

constexpr mode_t k_mode = S_IRUSR | S_IWUSR;
constexpr std::size_t k_max_note = 255;

struct LockFile {
  UniqueFd fd;
  bool is_new = false;
};

/// Open the file, or make it. Two steps, because with fs.protected_regular the kernel refuses O_CREAT on an
/// existing file of another user in a directory like /var/tmp, before we could tell whose it is.
LockFile open_or_create(const std::string& path) {
  constexpr int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  UniqueFd fd{::open(path.c_str(), flags)};
  if (fd || errno != ENOENT)
    return {std::move(fd), false};
  fd.reset(::open(path.c_str(), flags | O_CREAT | O_EXCL, k_mode));
  if (fd)
    (void)::fchmod(fd.get(), k_mode); // whatever the umask is: the owner has to get at it again
  if (fd || errno != EEXIST)
    return {std::move(fd), true};
  fd.reset(::open(path.c_str(), flags)); // somebody was faster
  return {std::move(fd), false};
}

Error not_ours(const std::string& path) {
  return Error{
      ErrorKind::refused, fmt::format("will not use the lock {}", path),
      "it is not a plain file of the switch's owner",
      fmt::format("`mv -nT {0} {0}.old` clears the way, by root or whoever made it; or choose other sockets "
                  "with -s and -S",
                  shell_quote(path))};
}

bool is_plain_file_of(const struct stat& status, uid_t owner) {
  return S_ISREG(status.st_mode) && status.st_uid == owner;
}

Result<LockFile> open_lock(const std::string& path, uid_t owner) {
  LockFile file = open_or_create(path);
  const int error_number = errno;
  struct stat status {};
  if (!file.fd && ::lstat(path.c_str(), &status) == 0 && !is_plain_file_of(status, owner))
    return fail(not_ours(path));
  if (!file.fd)
    return fail(errno_error(error_number, fmt::format("cannot open the lock {}", path)));
  if (::fstat(file.fd.get(), &status) < 0)
    return fail(errno_error(errno, fmt::format("cannot look at the lock {}", path)));
  if (!is_plain_file_of(status, owner))
    return fail(not_ours(path));
  return file;
}

/// True if the path still names the file that we hold: a holder may have removed it meanwhile.
bool is_current(int fd, const std::string& path) {
  struct stat held {};
  struct stat named {};
  return ::fstat(fd, &held) == 0 && ::lstat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

bool lock_until(int fd, int mode, const Deadline& deadline) {
  if (::flock(fd, mode | LOCK_NB) == 0)
    return true;
  const SignalGap gap; // whoever waits has changed nothing yet, and may be told to give up
  const CallTimer timer{deadline};
  return ::flock(fd, mode) == 0;
}

std::string note_in(int fd) {
  std::array<char, k_max_note> bytes{};
  const ssize_t size = ::pread(fd, bytes.data(), bytes.size(), 0);
  return size > 0 ? std::string(bytes.data(), static_cast<std::size_t>(size)) : std::string{};
}

std::string lock_path(const Scope& scope) {
  return scope.sockets.dir.str() + ".lock";
}

} // namespace

Result<SwitchLock> SwitchLock::acquire(const Scope& scope, const Deadline& deadline) {
  const std::string path = lock_path(scope);
  for (;;) {
    TRY(auto file, open_lock(path, scope.owner.uid));
    const bool is_locked = lock_until(file.fd.get(), LOCK_EX, deadline);
    if (is_locked && is_current(file.fd.get(), path))
      return SwitchLock{std::move(file.fd), path, file.is_new};
    if (!is_locked || deadline.is_over())
      return fail(Error{ErrorKind::timed_out,
                        fmt::format("cannot lock the switch {}", scope.sockets.dir.str()),
                        "another vdeup has been working on it for too long",
                        fmt::format("`fuser -v {}` names it", shell_quote(path))});
  }
}

std::optional<SwitchLock> SwitchLock::share(const Scope& scope, const Deadline& deadline) {
  const std::string path = lock_path(scope);
  UniqueFd fd{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) < 0 || !is_plain_file_of(status, scope.owner.uid) ||
      !lock_until(fd.get(), LOCK_SH, deadline))
    return std::nullopt;
  return SwitchLock{std::move(fd), path, false};
}

Result<> SwitchLock::write_note(const std::string& note) {
  const std::string what = fmt::format("cannot write to {}", m_path);
  if (note.size() > k_max_note)
    return fail(Error{ErrorKind::failed, what, "the note is too long", {}});
  // Killed in between, we leave no note: then what was made for one launch stays, and does no harm.
  if (::ftruncate(m_fd.get(), 0) < 0 ||
      ::pwrite(m_fd.get(), note.data(), note.size(), 0) != static_cast<ssize_t>(note.size()))
    return fail(errno_error(errno, what));
  return ok();
}

std::string SwitchLock::read_note() const {
  return note_in(m_fd.get());
}

std::string SwitchLock::peek_note(const Scope& scope) {
  const UniqueFd fd{::open(lock_path(scope).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) < 0 || !is_plain_file_of(status, scope.owner.uid))
    return {};
  return note_in(fd.get());
}

void SwitchLock::remove_file() {
  (void)::unlink(m_path.c_str());
}

} // namespace vdeup::vde
