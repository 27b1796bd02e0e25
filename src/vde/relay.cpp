#include "vde/relay.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace vdeup::vde {
namespace {

using namespace std::chrono_literals;

constexpr int k_max_frames = 64; // from one side before the other side is served
constexpr auto k_first_pause = 10ms;
constexpr auto k_max_pause = 500ms;

Result<UniqueFd> keep(UniqueFd fd) {
  UniqueFd copy{::fcntl(fd.get(), F_DUPFD_CLOEXEC, k_lowest_fd)};
  if (!copy)
    return fail(errno_error(errno, "cannot keep the connection to the VM"));
  return copy;
}

} // namespace

Result<Relay> Relay::make(Attachment attachment, Attach attach) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends.data()) < 0)
    return fail(errno_error(errno, "cannot make a connection to the VM"));
  UniqueFd ours{ends[0]};
  TRY(auto theirs, keep(UniqueFd{ends[1]}));
  return Relay{std::move(theirs), std::move(ours), std::move(attachment), std::move(attach)};
}

Relay::Relay(UniqueFd vm_end, UniqueFd our_end, Attachment attachment, Attach attach)
    : m_vm_end(std::move(vm_end)),
      m_our_end(std::move(our_end)),
      m_attachment(std::move(attachment)),
      m_attach(std::move(attach)) {}

void Relay::fill(pollfd* entries) const {
  const auto wanted = [](const Direction& from_here, const Direction& to_here) {
    return static_cast<short>((from_here.size == 0 ? POLLIN : 0) | (to_here.size != 0 ? POLLOUT : 0));
  };
  entries[0] = {m_our_end.get(), m_attachment ? wanted(m_out, m_in) : short{POLLIN}, 0};
  entries[1] = {m_attachment ? m_attachment->data.get() : -1, wanted(m_in, m_out), 0};
  entries[2] = {m_attachment ? m_attachment->control.get() : -1, POLLIN, 0};
}

int Relay::poll_timeout() const {
  return m_next_attempt ? m_next_attempt->poll_timeout() : -1;
}

void Relay::handle(const pollfd* entries) {
  // After the handshake the control stream carries nothing but its end.
  if (m_attachment && entries[2].revents != 0)
    disconnect();
  if (!m_attachment) {
    drop_frames();
    if (m_next_attempt && m_next_attempt->is_over())
      reconnect();
    return;
  }
  forward(m_out, m_our_end.get(), m_attachment->data.get());
  forward(m_in, m_attachment->data.get(), m_our_end.get());
}

void Relay::forward(Direction& direction, int from, int to) const {
  for (int i = 0; i < k_max_frames; ++i) {
    if (direction.size == 0) {
      const ssize_t size = ::recv(from, direction.frame.data(), direction.frame.size(), MSG_DONTWAIT);
      if (size <= 0)
        return;
      direction.size = static_cast<std::size_t>(size);
    }
    if (::send(to, direction.frame.data(), direction.size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
        (errno == EAGAIN || errno == ENOBUFS))
      return; // until there is room
    direction.size = 0;
  }
}

void Relay::drop_frames() const {
  std::array<std::uint8_t, 1> byte{};
  for (int i = 0; i < k_max_frames; ++i)
    if (::recv(m_our_end.get(), byte.data(), byte.size(), MSG_DONTWAIT | MSG_TRUNC) <= 0)
      return;
}

void Relay::disconnect() {
  m_attachment.reset();
  m_in.size = 0;
  m_out.size = 0;
  m_pause = k_first_pause;
  m_next_attempt = Deadline::after(m_pause);
}

void Relay::reconnect() {
  auto attachment = m_attach();
  if (attachment) {
    m_attachment = std::move(attachment).value();
    m_next_attempt.reset();
    return;
  }
  m_pause = std::min<std::chrono::milliseconds>(2 * m_pause, k_max_pause);
  m_next_attempt = Deadline::after(m_pause);
}

} // namespace vdeup::vde
