#include "base/identity.hpp"
#include "base/signal_hold.hpp"
#include "base/text.hpp"
#include "process/command.hpp"
#include "process/keep_capabilities.hpp"

// Without this, Boost.Process v2 takes paths from Boost.Filesystem, one library more to link. Its headers in
// Boost 1.81 then miss three includes of their own.
#define BOOST_PROCESS_USE_STD_FS 1
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/optional.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/stdio.hpp>
#include <boost/type_traits/decay.hpp>
#include <boost/type_traits/is_convertible.hpp>
#include <fmt/format.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace vdeup::process {
namespace {

namespace asio = boost::asio;
namespace process_v2 = boost::process::v2;
using boost::system::error_code;

constexpr std::size_t k_max_output = 65536;

/// Runs in the child between fork and exec, after the standard streams are in place: only async-signal-safe
/// calls.
struct CleanStart {
  const Capabilities& capabilities;

  template <class Launcher>
  error_code on_exec_setup(Launcher& /*launcher*/, const process_v2::filesystem::path& /*program*/,
                           const char* const* /*argv*/) const {
    (void)::umask(S_IRWXG | S_IRWXO);
    restore_signals();
    (void)::setsid(); // a user's program must not get at the terminal of root, who called us
    if (const int error_number =
            capabilities.empty() ? settle_identity() : settle_identity_keeping(capabilities);
        error_number != 0)
      return error_code{error_number, boost::system::system_category()};
    // Boost leaves its pipes open in the child under their first numbers as well; a daemon would keep them.
    if (::chdir("/") < 0 || ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
      return error_code{errno, boost::system::system_category()};
    return {};
  }
};

/// Passes a whole environment as it is.
struct ExactEnvironment {
  std::vector<const char*> pointers;

  explicit ExactEnvironment(const std::vector<std::string>& words) {
    for (const std::string& word : words)
      pointers.push_back(word.c_str());
    pointers.push_back(nullptr);
  }
  template <class Launcher>
  error_code on_setup(Launcher& launcher, const process_v2::filesystem::path& /*program*/,
                      const char* const* /*argv*/) const {
    launcher.env = pointers.data();
    return {};
  }
};

/// Collects what comes through a pipe until its end.
class Collector {
 public:
  explicit Collector(asio::io_context& context) : m_pipe(context) {}

  /// The end that is read from; its other end is the child's.
  asio::readable_pipe& pipe() { return m_pipe; }
  std::string take_text() { return std::move(m_text); }

  void start() {
    m_pipe.async_read_some(asio::buffer(m_chunk), [this](const error_code& error, std::size_t size) {
      m_text.append(m_chunk.data(), std::min(size, k_max_output - std::min(k_max_output, m_text.size())));
      if (!error)
        start();
    });
  }

 private:
  asio::readable_pipe m_pipe;
  std::string m_text{};
  std::array<char, 4096> m_chunk{};
};

int to_exit_status(int native) {
  constexpr int signal_base = 128;
  return WIFSIGNALED(native) ? signal_base + WTERMSIG(native) : WEXITSTATUS(native);
}

Error cannot_start(const Command& command, const error_code& error) {
  const bool is_gone = error == boost::system::errc::no_such_file_or_directory;
  return Error{is_gone ? ErrorKind::program_missing : ErrorKind::program_not_executable,
               fmt::format("cannot run '{}'", printable(command.program)),
               error.message(),
               {}};
}

/// The process, its two pipes and the deadline, on one event loop.
class Running {
 public:
  Result<Outcome> run(const Command& command, const Deadline& deadline) {
    error_code error;
    const ExactEnvironment environment{command.environment};
    auto child = process_v2::default_process_launcher()(
        m_context.get_executor(), error, command.program, command.args, environment,
        process_v2::process_stdio{nullptr, m_output.pipe(), m_errors.pipe()},
        CleanStart{command.capabilities});
    if (error)
      return fail(cannot_start(command, error));
    m_output.start();
    m_errors.start();

    int native = 0;
    bool is_over = false;
    child.async_wait([&](const error_code&, int /*status*/) {
      native = child.native_exit_code();
      is_over = true;
      // A daemon that it left behind may hold the pipes; what matters has been written by now.
      m_context.post([this] { drain(); });
    });
    m_context.run_for(deadline.left());
    if (!is_over) {
      (void)::kill(-child.id(), SIGKILL); // setsid made it a group, and a shell has children
      child.terminate(error);             // SIGKILL and waitpid
      return fail(Error{ErrorKind::timed_out,
                        fmt::format("cannot run '{}'", printable(command.program)),
                        "it did not end in time",
                        {}});
    }
    return Outcome{to_exit_status(native), m_output.take_text(), m_errors.take_text()};
  }

 private:
  void drain() {
    m_context.poll();
    m_context.stop();
  }

  asio::io_context m_context{1};
  Collector m_output{m_context};
  Collector m_errors{m_context};
};

/// Where our caller ignores SIGCHLD, which exec keeps, the kernel takes ended children away by itself
/// (wait(2)), and nobody could hear how one ended. What he has set comes back: it is for the program that we
/// become.
class ChildrenWait {
 public:
  ChildrenWait() : m_former(::signal(SIGCHLD, SIG_DFL)) {}
  ChildrenWait(const ChildrenWait&) = delete;
  ChildrenWait& operator=(const ChildrenWait&) = delete;
  ~ChildrenWait() { (void)::signal(SIGCHLD, m_former); }

 private:
  sighandler_t m_former;
};

} // namespace

Result<Outcome> run(const Command& command, const Deadline& deadline) {
  TRY(find_program(command.program));
  const ChildrenWait waiting;
  try {
    return Running{}.run(command, deadline);
  } catch (const boost::system::system_error& error) { // asio and Boost.Process report some failures so
    return fail(cannot_start(command, error.code()));
  }
}

} // namespace vdeup::process
