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

Error Error::during(std::string_view action) && {
  Error outer = std::move(*this);
  outer.cause = outer.message();
  outer.what = action;
  return outer;
}

std::string Error::message() const {
  return cause.empty() ? what : what + ": " + cause;
}

Error errno_error(int error_number, std::string what, std::string hint) {
  return Error{kind_of_errno(error_number), std::move(what), errno_text(error_number), std::move(hint)};
}

std::string errno_text(int error_number) {
  return std::generic_category().message(error_number);
}

} // namespace vdeup
