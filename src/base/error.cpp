#include "base/error.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

namespace vdeup {
namespace {

constexpr int k_not_valid = 1;
constexpr int k_environment = 2;
constexpr int k_launcher_failed = 125;
constexpr int k_not_executable = 126;
constexpr int k_not_found = 127;

ErrorKind kind_of_errno(int error_number) {
  switch (error_number) {
  case EPERM:
  case EACCES:
    return ErrorKind::not_permitted;
  case ENOENT:
  case ENODEV:
  case ESRCH:         // of a route
  case EADDRNOTAVAIL: // of an address of an interface
    return ErrorKind::missing;
  case EEXIST:
  case EBUSY:
    return ErrorKind::conflict;
  case ETIMEDOUT:
    return ErrorKind::timed_out;
  default:
    return ErrorKind::failed;
  }
}

} // namespace

bool is_retryable(ErrorKind kind) {
  return kind == ErrorKind::conflict;
}

int setup_exit_status(ErrorKind kind) {
  switch (kind) {
  case ErrorKind::missing:
  case ErrorKind::not_permitted:
  case ErrorKind::program_missing:
  case ErrorKind::program_not_executable:
    return k_environment;
  default:
    return k_not_valid;
  }
}

int run_exit_status(ErrorKind kind) {
  switch (kind) {
  case ErrorKind::program_missing:
    return k_not_found;
  case ErrorKind::program_not_executable:
    return k_not_executable;
  default:
    return k_launcher_failed;
  }
}

Hints::Hints(std::string hint) {
  add(std::move(hint));
}

void Hints::add(std::string hint) {
  if (!hint.empty())
    m_lines.push_back(std::move(hint));
}

std::string Hints::text() const {
  std::string text;
  for (const std::string& line : m_lines)
    text += (text.empty() ? "" : "\n") + line;
  return text;
}

struct Error::Details {
  ErrorKind kind;
  std::string what;
  std::string cause;
  Hints hints;
  bool yields_to_force = false;
};

Error::Error(ErrorKind kind, std::string what, std::string cause, Hints hints)
    : m_details(new Details{kind, std::move(what), std::move(cause), std::move(hints)}) {}
Error::Error(const Error& other) : m_details(new Details{*other.m_details}) {}
Error& Error::operator=(const Error& other) {
  return *this = Error{other};
}
Error::Error(Error&& other) noexcept = default;
Error& Error::operator=(Error&& other) noexcept = default;
Error::~Error() = default;

ErrorKind Error::kind() const {
  return m_details->kind;
}
const std::string& Error::what() const {
  return m_details->what;
}
const std::string& Error::cause() const {
  return m_details->cause;
}
const Hints& Error::hints() const {
  return m_details->hints;
}
bool Error::yields_to_force() const {
  return m_details->yields_to_force;
}
std::string Error::message() const {
  return cause().empty() ? what() : what() + ": " + cause();
}

void Error::set_kind(ErrorKind kind) {
  m_details->kind = kind;
}
void Error::set_what(std::string what) {
  m_details->what = std::move(what);
}
void Error::set_cause(std::string cause) {
  m_details->cause = std::move(cause);
}
void Error::set_hints(Hints hints) {
  m_details->hints = std::move(hints);
}
void Error::add_hint(std::string hint) {
  m_details->hints.add(std::move(hint));
}
void Error::set_yields_to_force(bool yields) {
  m_details->yields_to_force = yields;
}

Error Error::during(std::string_view action) && {
  Error outer = std::move(*this);
  outer.set_cause(outer.message());
  outer.set_what(std::string{action});
  return outer;
}

Error errno_error(int error_number, std::string what, Hints hints) {
  return Error{kind_of_errno(error_number), std::move(what), errno_text(error_number), std::move(hints)};
}

std::string errno_text(int error_number) {
  return std::generic_category().message(error_number);
}

} // namespace vdeup
