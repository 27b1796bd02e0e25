#include "vde/file_watch.hpp"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace vdeup::vde {

Result<FileWatch> FileWatch::on_directory(const std::string& path) {
  UniqueFd fd{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
  if (!fd)
    return fail(errno_error(errno, "cannot watch files"));
  if (::inotify_add_watch(fd.get(), path.c_str(), IN_CREATE | IN_ATTRIB) < 0)
    return fail(errno_error(errno, "cannot watch " + path));
  return FileWatch{std::move(fd)};
}

Result<> FileWatch::wait(const Deadline& deadline) {
  constexpr std::chrono::milliseconds between_bind_and_listen{1};
  pollfd wanted{.fd = m_fd.get(), .events = POLLIN, .revents = 0};
  const Deadline end = m_has_seen_event ? deadline.at_most(between_bind_and_listen) : deadline;
  if (::poll(&wanted, 1, end.poll_timeout()) < 0 && errno != EINTR)
    return fail(errno_error(errno, "cannot wait for a file"));
  std::array<char, 4096> events{};
  while (::read(m_fd.get(), events.data(), events.size()) > 0)
    m_has_seen_event = true; // only that something happened matters
  return ok();
}

} // namespace vdeup::vde
