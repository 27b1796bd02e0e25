#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

/// What the user can do about a failure, one piece of advice each, where possible with a command.
class Hints {
 public:
  Hints() = default;
  // NOLINTBEGIN(google-explicit-constructor): an Error is given one hint, several, or none
  Hints(std::string hint);
  Hints(const char* hint) : Hints(std::string{hint}) {}
  Hints(std::vector<std::string> hints) : m_lines(std::move(hints)) {}
  // NOLINTEND(google-explicit-constructor)

  void add(std::string hint);
  [[nodiscard]] bool empty() const { return m_lines.empty(); }
  [[nodiscard]] const std::vector<std::string>& lines() const { return m_lines; }
  /// All of them as one text, one a line.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::string> m_lines;
};

/// A failure that a caller is expected to meet.
///
/// `what` says what could not be done, `cause` what was found (best in the kernel's own words). Both, and the
/// hints, are plain text without a final full stop. As wide as a pointer, so that a Result costs no more than
/// its value.
class Error {
 public:
  Error(ErrorKind kind, std::string what, std::string cause, Hints hints = {});
  Error(const Error& other);
  Error& operator=(const Error& other);
  Error(Error&& other) noexcept;
  Error& operator=(Error&& other) noexcept;
  ~Error();

  [[nodiscard]] ErrorKind kind() const;
  [[nodiscard]] const std::string& what() const;
  [[nodiscard]] const std::string& cause() const;
  [[nodiscard]] const Hints& hints() const;
  /// `-f` goes on all the same: only of a NIC's move, where `-f` is root's.
  [[nodiscard]] bool yields_to_force() const;
  /// "what: cause"
  [[nodiscard]] std::string message() const;

  void set_kind(ErrorKind kind);
  void set_what(std::string what);
  void set_cause(std::string cause);
  void set_hints(Hints hints);
  void add_hint(std::string hint);
  void set_yields_to_force(bool yields);
  /// Say on the way up what was being done; the former `what` becomes part of the cause.
  [[nodiscard]] Error during(std::string_view action) &&;

 private:
  struct Details;
  std::unique_ptr<Details> m_details;
};

/// Make an Error from an errno value; its kind follows from the value (EPERM and EACCES: not_permitted,
/// ENOENT, ENODEV, ESRCH and EADDRNOTAVAIL: missing, EEXIST and EBUSY: conflict, ETIMEDOUT: timed_out).
[[nodiscard]] Error errno_error(int error_number, std::string what, Hints hints = {});

/// Give the system's text for an errno value.
[[nodiscard]] std::string errno_text(int error_number);

} // namespace vdeup
