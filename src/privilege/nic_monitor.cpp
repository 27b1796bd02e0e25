#include "privilege/nic_monitor.hpp"

#include "base/signal_hold.hpp"
#include "base/undisturbed.hpp"
#include "kernel/capabilities.hpp"
#include "privilege/channel.hpp"
#include "privilege/nic_request_handler.hpp"
#include "privilege/protocol.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace vdeup::privilege {
namespace {

constexpr const char* k_name = "vdeup-monitor";
constexpr std::chrono::hours k_until_the_next_look{24};
constexpr std::chrono::seconds k_reply_patience{10};

/// What a request can take beside what it says of itself: half a minute each for the lock of the records, to
/// settle and to move; as long for a watchdog that is to take a move back, or does because all else has
/// failed; to look at addresses and ask who answers.
constexpr std::chrono::seconds k_around_a_move{180};

/// Limits are the caller's, and so are signals that are ignored or blocked. None may end a move half-way.
void take_nothing_from_the_caller() {
  restore_signals();
  // Outside of a move the first four mean nothing; in one they are held, and looked at
  // (base/signal_hold.hpp). A limit that cannot be lifted is to be an error.
  for (const int signal :
       {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU, SIGXFSZ, SIGXCPU})
    (void)::signal(signal, SIG_IGN);
  constexpr rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  for (const auto resource : {RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_RSS, RLIMIT_NPROC,
                              RLIMIT_MEMLOCK, RLIMIT_AS, RLIMIT_LOCKS, RLIMIT_RTTIME, RLIMIT_SIGPENDING})
    (void)::setrlimit(resource, &unlimited);
  constexpr rlimit files{1024, 4096};
  (void)::setrlimit(RLIMIT_NOFILE, &files);
  constexpr rlimit no_core{0, 0};
  (void)::setrlimit(RLIMIT_CORE, &no_core);
  run_undisturbed();
  (void)::umask(S_IWGRP | S_IWOTH);
}

/// Whoever waits for the end of the helper's output must not wait for us, and the caller's end of the channel
/// has to hear when the helper is gone.
void leave_the_streams() {
  const UniqueFd null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    (void)::dup2(null.get(), standard);
}

bool has_hung_up(int line) {
  pollfd looked{line, POLLRDHUP, 0};
  return ::poll(&looked, 1, 0) > 0;
}

Reply carry_out(const NicRequestHandler& handler, const Caller& caller, int line, std::string_view bytes) {
  auto request = read_request(bytes, caller.account.identity);
  const auto* nic = request ? std::get_if<NicRequest>(&request.value()) : nullptr;
  if (!request)
    return {.error = std::move(request).error()};
  if (nic == nullptr)
    return {.error = Error{ErrorKind::refused, "cannot do this", "it has nothing to do with a NIC", {}}};
  const auto tell = [line](const std::string& text) { // who does not listen misses it
    (void)send_message(line, write_reply({.note = text}), {}, Deadline::after(std::chrono::milliseconds{0}));
  };
  const auto check_connected = [line]() -> Result<> {
    if (has_hung_up(line))
      return fail(Error{ErrorKind::failed, "interrupted", "who asked for it is gone", {}});
    return ok();
  };
  auto done = handler.execute(*nic, {.tell = tell, .check_connected = check_connected});
  return done ? Reply{.moved = std::move(done).value()} : Reply{.error = std::move(done).error()};
}

Error has_ended(const NicRequest& request) {
  return Error{ErrorKind::failed, "cannot " + describe(request),
               "the part of vdeup-helper that moves NICs has ended",
               "its watchdog takes back what was not proven"};
}

[[noreturn]] void serve_helper(UniqueFd line, const Caller& caller, const AccessRules& rules) noexcept {
  (void)::prctl(PR_SET_NAME, k_name);
  take_nothing_from_the_caller();
  leave_the_streams();
  if (!kernel::keep_mover_rights())
    ::_exit(1);
  const NicRequestHandler handler{caller, rules};
  for (;;) {
    const auto message =
        receive_message(line.get(), k_max_request, Fds::dropped, Deadline::after(k_until_the_next_look));
    if (!message && message.error().kind() == ErrorKind::timed_out)
      continue;
    if (!message || !message.value())
      ::_exit(0);
    const Reply reply = carry_out(handler, caller, line.get(), message.value()->bytes);
    if (!send_message(line.get(), write_reply(reply), {}, Deadline::after(k_reply_patience)))
      ::_exit(0);
  }
}

} // namespace

Result<NicMonitor> NicMonitor::start(const Caller& caller, const AccessRules& rules) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) < 0)
    return fail(errno_error(errno, "cannot start the part that moves NICs"));
  UniqueFd ours{ends[0]};
  UniqueFd its{ends[1]};
  const pid_t pid = ::fork();
  if (pid < 0)
    return fail(errno_error(errno, "cannot start the part that moves NICs"));
  if (pid == 0) {
    ours.reset();
    serve_helper(std::move(its), caller, rules);
  }
  return NicMonitor{std::move(ours)};
}

Result<std::optional<MovedNic>> NicMonitor::execute(const NicRequest& request, int channel,
                                                    const std::function<void(const std::string&)>& tell) {
  bool is_answered = false;
  auto outcome = ask(request, channel, tell, is_answered);
  if (!is_answered)
    m_line.reset();
  return outcome;
}

Result<std::optional<MovedNic>> NicMonitor::ask(const NicRequest& request, int channel,
                                                const std::function<void(const std::string&)>& tell,
                                                bool& is_answered) {
  if (!m_line)
    return fail(has_ended(request));
  const auto deadline = Deadline::after(patience_for(request));
  TRY(auto bytes, write_request(request));
  TRY(send_message(m_line.get(), bytes, {}, deadline));
  for (;;) {
    TRY(wait_for_message(m_line.get(), channel, deadline));
    TRY(auto message, receive_message(m_line.get(), k_max_reply, Fds::dropped, deadline));
    if (!message)
      return fail(has_ended(request));
    TRY(auto reply, read_reply(message->bytes));
    is_answered = !reply.note;
    if (reply.error)
      return fail(std::move(*reply.error));
    if (!reply.note)
      return std::move(reply.moved);
    tell(*reply.note);
  }
}

std::chrono::seconds patience_for(const NicRequest& request) {
  const MoveOptions* const options = options_of(request);
  return k_around_a_move + (options == nullptr
                                ? std::chrono::seconds{0}
                                : options->timeout + options->confirm.value_or(std::chrono::seconds{0}));
}

} // namespace vdeup::privilege
