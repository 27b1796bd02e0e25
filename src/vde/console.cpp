#include "vde/console.hpp"

#include "base/call_timer.hpp"

#include <fmt/format.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace vdeup::vde {
namespace {

constexpr std::size_t k_max_command = 120; // the server overruns its buffer by one byte at 128
constexpr std::size_t k_largest_answer = std::size_t{4} << 20U;
constexpr std::string_view k_banner = "VDE switch V.";

Error silent() {
  return Error{ErrorKind::timed_out, "the management console does not answer", "no answer in time", {}};
}

Error not_a_switch() {
  return Error{
      ErrorKind::failed, "the management console gave no valid answer", "no vde_switch speaks there", {}};
}

Result<Peer> peer_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
    return fail(errno_error(errno, "cannot tell who is at the other end of a socket"));
  return Peer{credentials.pid, credentials.uid};
}

Result<> wait_readable(int fd, const Deadline& deadline) {
  for (;;) {
    pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&wanted, 1, deadline.poll_timeout());
    if (ready > 0)
      return ok();
    if (ready == 0)
      return fail(silent());
    if (errno != EINTR)
      return fail(errno_error(errno, "cannot wait for the management console"));
  }
}

bool has_input(int fd) {
  pollfd wanted{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&wanted, 1, 0) > 0 && (wanted.revents & POLLIN) != 0;
}

} // namespace

Result<std::optional<UniqueFd>> connect_stream(const std::string& path, const Deadline& deadline) {
  const std::string what = fmt::format("cannot connect to {}", path);
  UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!fd)
    return fail(errno_error(errno, what));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path))
    return fail(errno_error(ENAMETOOLONG, what));
  std::copy(path.begin(), path.end(), std::begin(address.sun_path));
  // A listener with a full backlog keeps connect() waiting, for ever if its process is stopped.
  const CallTimer timer{deadline};
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0)
    return std::optional{std::move(fd)};
  const int error_number = errno == EINTR ? ETIMEDOUT : errno;
  if (error_number == ECONNREFUSED || error_number == ENOENT)
    return std::optional<UniqueFd>{};
  return fail(errno_error(error_number, what));
}

Result<std::optional<Console>> Console::connect(const SocketPath& path, const Deadline& deadline) {
  TRY(auto fd, connect_stream(path.str(), deadline));
  if (!fd)
    return std::optional<Console>{};
  TRY(auto peer, peer_of(fd->get()));
  return std::optional{Console{std::move(*fd), peer}};
}

Result<> Console::greet(const Deadline& deadline) {
  TRY(auto bytes, receive(deadline));
  if (!bytes.starts_with(k_banner))
    return fail(not_a_switch());
  return ok();
}

Result<Reply> Console::command(std::string_view text, const Deadline& deadline) {
  TRY(auto bytes, exchange(text, deadline));
  TRY(auto reply, parse_reply(bytes));
  if (reply.status != 0)
    return fail(errno_error(reply.status, fmt::format("the switch refused '{}'", text)));
  return reply;
}

Result<> Console::shutdown(const Deadline& deadline) {
  TRY(exchange("shutdown", deadline));
  return ok();
}

Result<std::string> Console::exchange(std::string_view text, const Deadline& deadline) {
  if (text.size() > k_max_command || text.find('\n') != std::string_view::npos)
    return fail(
        Error{ErrorKind::failed, "cannot give a command to the switch", "it is not one short line", {}});
  const std::string line = std::string{text} + "\n";
  // One write for one command; a line of this size goes into a socket buffer whole or not at all.
  if (::send(m_fd.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
    return fail(errno_error(errno, "cannot talk to the management console"));
  return receive(deadline);
}

Result<std::string> Console::receive(const Deadline& deadline) {
  std::string bytes;
  std::array<char, 8192> chunk{};
  // What looks like a prompt in the middle is a client's text, and more of the answer waits behind it.
  while (!is_complete(bytes) || has_input(m_fd.get())) {
    TRY(wait_readable(m_fd.get(), deadline));
    const ssize_t size = ::recv(m_fd.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EINTR || errno == EAGAIN))
      continue;
    if (size < 0)
      return fail(errno_error(errno, "cannot read from the management console"));
    if (size == 0 || bytes.size() > k_largest_answer)
      return fail(not_a_switch());
    bytes.append(chunk.data(), static_cast<std::size_t>(size));
  }
  return bytes;
}

} // namespace vdeup::vde
