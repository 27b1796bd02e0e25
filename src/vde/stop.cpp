#include "vde/console.hpp"
#include "vde/inspect.hpp"
#include "vde/lifecycle.hpp"
#include "vde/sweep.hpp"

#include <fmt/format.h>

extern "C" { // glibc 2.36 forgot to say so itself
#include <sys/pidfd.h>
}

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace vdeup::vde {
namespace {

constexpr std::chrono::seconds k_patience{2}; // for each way of asking

bool wait_for_end(int pidfd, const Deadline& deadline) {
  for (;;) {
    pollfd wanted{.fd = pidfd, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&wanted, 1, deadline.poll_timeout());
    if (ready > 0)
      return true;
    if (ready == 0 || errno != EINTR)
      return false;
  }
}

/// The name under which a process runs, proc(5) comm.
std::string name_of(pid_t pid) {
  const UniqueFd file{::open(fmt::format("/proc/{}/comm", pid).c_str(), O_RDONLY | O_CLOEXEC)};
  std::array<char, 64> text{};
  const ssize_t size = file ? ::read(file.get(), text.data(), text.size()) : -1;
  return size <= 0 ? std::string{} : std::string{text.data(), static_cast<std::size_t>(size) - 1};
}

Error still_there(const Scope& scope, pid_t pid, std::string cause) {
  return Error{ErrorKind::timed_out, fmt::format("cannot stop the switch {}", scope.sockets.dir.str()),
               fmt::format("process {} {}", pid, cause), "repeat with -f to kill it"};
}

/// Ends one process in ever less polite ways.
class Stopper {
 public:
  Stopper(const StopSwitch& step, Console& console, UniqueFd pidfd)
      : m_step(step), m_console(console), m_pidfd(std::move(pidfd)) {}

  Result<> stop() {
    if (ask() && has_ended())
      return ok();
    if (name_of(pid()) != "vde_switch")
      return fail(still_there(m_step.scope, pid(), "listens there and is not a vde_switch"));
    if (signal(SIGTERM) && has_ended())
      return ok();
    if (m_step.kill && signal(SIGKILL) && has_ended())
      return ok();
    return fail(still_there(m_step.scope, pid(), "did not end in time"));
  }

 private:
  [[nodiscard]] pid_t pid() const { return m_console.peer().pid; }
  [[nodiscard]] bool has_ended() const { return wait_for_end(m_pidfd.get(), Deadline::after(k_patience)); }
  [[nodiscard]] bool signal(int number) const {
    return ::pidfd_send_signal(m_pidfd.get(), number, nullptr, 0) == 0;
  }

  bool ask() {
    const auto deadline = Deadline::after(k_patience);
    return m_console.greet(deadline) && m_console.shutdown(deadline);
  }

  const StopSwitch& m_step;
  Console& m_console;
  UniqueFd m_pidfd;
};

/// Hold on to the process behind a console. As long as the connection stands, its pid cannot be another's.
Result<UniqueFd> hold(const Console& console) {
  UniqueFd pidfd{::pidfd_open(console.peer().pid, 0)};
  if (!pidfd)
    return fail(errno_error(errno, fmt::format("cannot watch process {}", console.peer().pid)));
  return pidfd;
}

} // namespace

Result<> stop(const StopSwitch& step) {
  auto console = Console::connect(step.scope.sockets.mgmt, Deadline::after(k_console_patience));
  if (!console && console.error().kind != ErrorKind::missing)
    return fail(std::move(console).error());
  if (console) {
    TRY(auto pidfd, hold(console.value()));
    TRY(Stopper(step, console.value(), std::move(pidfd)).stop());
  }
  return sweep(step.scope);
}

} // namespace vdeup::vde
