#include "privilege/channel.hpp"

#include "privilege/protocol.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <span>

namespace vdeup::privilege {
namespace {

constexpr std::size_t k_room_for_fds = CMSG_SPACE(sizeof(int) * k_max_fds);

/// Wait until one of these can be looked at.
Result<> wait_for(std::span<pollfd> waiting, const Deadline& deadline) {
  for (;;) {
    const int ready = ::poll(waiting.data(), waiting.size(), deadline.poll_timeout());
    if (ready > 0)
      return ok();
    if (ready < 0 && errno != EINTR)
      return fail(errno_error(errno, "cannot wait for the other end"));
    if (deadline.is_over())
      return fail(Error{ErrorKind::timed_out, "cannot talk with the other end", "it does not answer", {}});
  }
}

Result<> wait_for(int channel, short events, const Deadline& deadline) {
  std::array<pollfd, 1> waiting{pollfd{channel, events, 0}};
  return wait_for(waiting, deadline);
}

void put_fds(msghdr& header, const std::vector<int>& fds) {
  cmsghdr* const control = CMSG_FIRSTHDR(&header);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(sizeof(int) * fds.size());
  std::memcpy(CMSG_DATA(control), fds.data(), sizeof(int) * fds.size());
  header.msg_controllen = CMSG_SPACE(sizeof(int) * fds.size());
}

std::vector<UniqueFd> take_fds(msghdr& header) {
  std::vector<UniqueFd> fds;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
      continue;
    for (std::size_t at = 0; at + sizeof(int) <= part->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + at, sizeof(int));
      fds.emplace_back(fd);
    }
  }
  return fds;
}

} // namespace

Result<> send_message(int channel, std::string_view bytes, const std::vector<int>& fds,
                      const Deadline& deadline) {
  alignas(cmsghdr) std::array<char, k_room_for_fds> control{};
  iovec part{const_cast<char*>(bytes.data()), bytes.size()}; // sendmsg does not write to it
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (!fds.empty()) {
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    put_fds(header, fds);
  }
  for (;;) {
    if (::sendmsg(channel, &header, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
      return ok();
    if (errno != EAGAIN && errno != EINTR)
      return fail(errno_error(errno, "cannot talk with the other end"));
    TRY(wait_for(channel, POLLOUT, deadline));
  }
}

Result<> wait_for_message(int channel, int client, const Deadline& deadline) {
  std::array<pollfd, 2> waiting{pollfd{channel, POLLIN, 0}, pollfd{client, POLLRDHUP, 0}};
  TRY(wait_for(waiting, deadline));
  if (waiting[0].revents != 0)
    return ok();
  return fail(Error{ErrorKind::failed, "cannot wait for the other end", "the client has gone", {}});
}

Result<std::optional<Message>> receive_message(int channel, std::size_t most, Fds fds,
                                               const Deadline& deadline) {
  alignas(cmsghdr) std::array<char, k_room_for_fds> control{};
  Message message{.bytes = std::string(most, '\0')};
  iovec part{message.bytes.data(), message.bytes.size()};
  for (;;) {
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (fds == Fds::taken) { // without room for them the kernel drops them
      header.msg_control = control.data();
      header.msg_controllen = control.size();
    }
    const ssize_t size = ::recvmsg(channel, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size < 0 && errno == ECONNRESET)
      return std::optional<Message>{};
    if (size < 0 && errno != EAGAIN && errno != EINTR)
      return fail(errno_error(errno, "cannot talk with the other end"));
    if (size < 0) {
      TRY(wait_for(channel, POLLIN, deadline));
      continue;
    }
    message.fds = take_fds(header);
    if ((header.msg_flags & MSG_TRUNC) != 0)
      return fail(Error{ErrorKind::usage, "cannot read a message", "it is too long", {}});
    if (size == 0)
      return std::optional<Message>{}; // a message of ours is never empty
    message.bytes.resize(static_cast<std::size_t>(size));
    return std::optional{std::move(message)};
  }
}

} // namespace vdeup::privilege
