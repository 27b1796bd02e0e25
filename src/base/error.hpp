#pragma once

#include <string>
#include <string_view>

namespace vdeup {

/// What kind of failure an Error is. The kind decides exit statuses and whether trying again can help; the
/// text never does.
enum class ErrorKind {
  usage,                  ///< the request itself is wrong
  refused,                ///< the request is well formed, but carrying it out would not be safe
  missing,                ///< an element of the environment is not there
  not_permitted,          ///< a privilege is missing
  conflict,               ///< the world changed between looking and acting: look again
  timed_out,              ///< no answer within the deadline
  failed,                 ///< anything else that went wrong
  program_missing,        ///< the program to run does not exist
  program_not_executable, ///< the program to run exists and cannot be executed
};

/// True when the same request can succeed if the network is observed and planned anew.
[[nodiscard]] bool is_retryable(ErrorKind kind);

/// Exit status of the setup commands (manual page, EXIT-VALUES): 1, or 2 for what the environment lacks.
[[nodiscard]] int setup_exit_status(ErrorKind kind);

/// Exit status of `run` for a failure before QEMU runs: 125, 126 or 127, as env(1) and sh(1) have it.
[[nodiscard]] int run_exit_status(ErrorKind kind);

/// A failure that a caller is expected to meet.
///
/// `what` says what could not be done, `cause` what was found (best in the kernel's own words), `hint` what
/// the user can do about it, where possible a command. All three are plain text without a final full stop.
struct Error {
  ErrorKind kind = ErrorKind::failed;
  std::string what;
  std::string cause;
  std::string hint;
  bool yields_to_force =
      false; ///< `-f` goes on all the same: said of a NIC's move only, where that is root's

  /// Say on the way up what was being done; the former `what` becomes part of the cause.
  [[nodiscard]] Error during(std::string_view action) &&;

  /// "what: cause".
  [[nodiscard]] std::string message() const;
};

/// Make an Error from an errno value; its kind follows from the value (EPERM and EACCES: not_permitted,
/// ENOENT, ENODEV, ESRCH and EADDRNOTAVAIL: missing, EEXIST and EBUSY: conflict, ETIMEDOUT: timed_out).
[[nodiscard]] Error errno_error(int error_number, std::string what, std::string hint = {});

/// Give the system's text for an errno value.
[[nodiscard]] std::string errno_text(int error_number);

} // namespace vdeup
