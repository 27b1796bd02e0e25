#include "vde/vde_path.hpp"

#include "base/identity.hpp"
#include "vde/attach.hpp"
#include "vde/session.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace vdeup::vde {
namespace {

constexpr std::chrono::seconds k_attach_timeout{2};
constexpr std::chrono::milliseconds k_send_timeout{200};
constexpr std::chrono::seconds k_settle_timeout{1};

/// True if the descriptor is ready before the deadline.
Result<bool> wait_ready(int fd, short events, const Deadline& deadline) {
  for (;;) {
    pollfd wanted{.fd = fd, .events = events, .revents = 0};
    const int ready = ::poll(&wanted, 1, deadline.poll_timeout());
    if (ready >= 0)
      return ready > 0;
    if (errno != EINTR)
      return fail(errno_error(errno, "cannot wait for the switch"));
  }
}

/// A port of the switch, with the session in which it was taken.
class Port final : public engine::ProbePort {
 public:
  Port(Session session, Attachment attachment)
      : m_session(std::move(session)), m_attachment(std::move(attachment)) {}

  /// The port goes first. The console stays open until the switch has seen that, and so has freed the port:
  /// whoever attaches next cannot meet the end of our connection; see Session.
  ~Port() override {
    m_attachment = {};
    (void)m_session.settle(Deadline::after(k_settle_timeout));
  }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  Result<> send(const engine::Frame& frame) override {
    constexpr const char* what = "cannot send a frame into the switch";
    const auto deadline = Deadline::after(k_send_timeout);
    for (;;) {
      if (::send(m_attachment.data.get(), frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
        return ok();
      if (errno != EAGAIN && errno != ENOBUFS && errno != EINTR)
        return fail(errno_error(errno, what));
      TRY(auto ready, wait_ready(m_attachment.data.get(), POLLOUT, deadline));
      if (!ready || deadline.is_over())
        return fail(errno_error(ETIMEDOUT, what));
    }
  }

  Result<std::optional<engine::Frame>> receive(const Deadline& deadline) override {
    std::array<std::uint8_t, 2048> buffer{}; // the switch itself cuts frames at 1518 bytes
    for (;;) {
      TRY(auto ready, wait_ready(m_attachment.data.get(), POLLIN, deadline));
      if (!ready)
        return std::optional<engine::Frame>{};
      const ssize_t size = ::recv(m_attachment.data.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (size > 0)
        return std::optional{engine::Frame(buffer.begin(), buffer.begin() + size)};
      if (size == 0 || (errno != EAGAIN && errno != EINTR))
        return fail(errno_error(size == 0 ? ECONNRESET : errno, "cannot receive a frame from the switch"));
    }
  }

 private:
  Session m_session;
  Attachment m_attachment;
};

} // namespace

Result<std::vector<LearntAddress>> VdePath::learnt(const Scope& scope) {
  TRY(auto acting, ActingAs::enter(scope.owner));
  const auto deadline = Deadline::after(k_console_timeout);
  TRY(auto session, Session::open(scope, deadline));
  return session.learnt(deadline);
}

Result<std::unique_ptr<engine::ProbePort>> VdePath::probe_port(const Scope& scope) {
  TRY(auto acting, ActingAs::enter(scope.owner));
  const auto deadline = Deadline::after(k_attach_timeout);
  TRY(auto session, Session::open(scope, deadline));
  TRY(auto attachment, attach(scope.sockets.dir, {.description = "vdeup check"}, deadline));
  return std::unique_ptr<engine::ProbePort>{
      std::make_unique<Port>(std::move(session), std::move(attachment))};
}

} // namespace vdeup::vde
