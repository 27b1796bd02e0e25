#include "kernel/kernel_events.hpp"

#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace vdeup::kernel {
namespace {

constexpr int k_max_messages = 1024; // then the clock is looked at again

} // namespace

Result<KernelEvents> KernelEvents::open(std::uint32_t groups, std::string what) {
  UniqueFd events{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE)};
  if (!events)
    return fail(errno_error(errno, what));
  sockaddr_nl own{};
  own.nl_family = AF_NETLINK;
  own.nl_groups = groups;
  if (::bind(events.get(), reinterpret_cast<const sockaddr*>(&own), sizeof(own)) < 0)
    return fail(errno_error(errno, what));
  return KernelEvents{std::move(events), std::move(what)};
}

void KernelEvents::drain() const {
  std::array<std::uint8_t, 64> start{}; // what does not fit is cut off: that there was something is enough
  for (int i = 0; i < k_max_messages; ++i)
    if (::recv(m_socket.get(), start.data(), start.size(), 0) < 0 && errno != ENOBUFS)
      return;
}

Result<> KernelEvents::wait(const Deadline& deadline) const {
  if (deadline.is_over())
    return fail(Error{ErrorKind::timed_out, m_what, "the kernel takes too long", {}});
  pollfd waiting{.fd = m_socket.get(), .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, deadline.poll_timeout()) < 0 && errno != EINTR)
    return fail(errno_error(errno, m_what));
  return ok();
}

} // namespace vdeup::kernel
