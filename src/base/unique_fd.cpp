#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace vdeup {

void UniqueFd::reset(int fd) {
  const int saved_errno = errno;
  if (m_fd >= 0)
    (void)::close(m_fd); // Linux closes the descriptor even when it reports EINTR or EIO.
  m_fd = fd;
  errno = saved_errno;
}

Result<> set_inheritable(int fd, bool inheritable) {
  if (::fcntl(fd, F_SETFD, inheritable ? 0 : FD_CLOEXEC) < 0)
    return fail(errno_error(errno, "cannot change the flags of a file descriptor"));
  return ok();
}

Result<UniqueFd> move_above(UniqueFd fd, int lowest) {
  UniqueFd copy{::fcntl(fd.get(), F_DUPFD_CLOEXEC, lowest)};
  if (!copy)
    return fail(errno_error(errno, "cannot keep a file descriptor"));
  return copy;
}

void fill_standard_streams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF)
      // Takes the lowest free number, which is fd; and it is meant to be inherited, as standard streams are.
      (void)::open("/dev/null", O_RDWR); // NOLINT(android-cloexec-open)
}

} // namespace vdeup
