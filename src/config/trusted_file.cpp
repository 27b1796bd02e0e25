#include "config/trusted_file.hpp"

#include "base/accounts.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace vdeup::config {
namespace {

constexpr std::size_t k_largest_file = std::size_t{64} * 1024;

Error untrusted(const std::string& path, std::string cause, std::string hint = {}) {
  return Error{ErrorKind::refused, fmt::format("will not use {}", printable(path)), std::move(cause),
               std::move(hint)};
}

Result<> check_owner_and_mode(const struct stat& status, const std::string& path, uid_t caller) {
  if (status.st_uid != 0 && status.st_uid != caller)
    return fail(untrusted(path, fmt::format("it belongs to uid {}, and not to you or root", status.st_uid),
                          "have it removed, or use a copy of your own"));
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fail(untrusted(path, "others than its owner can write to it",
                          fmt::format("`chmod go-w {}`", shell_quote(path))));
  return ok();
}

Result<std::string> read_all(int fd, const std::string& path) {
  std::string text;
  std::array<char, 4096> chunk{};
  for (;;) {
    const ssize_t size = ::read(fd, chunk.data(), chunk.size());
    if (size < 0 && errno == EINTR)
      continue;
    if (size < 0)
      return fail(errno_error(errno, fmt::format("cannot read {}", printable(path))));
    if (size == 0)
      return text;
    text.append(chunk.data(), static_cast<std::size_t>(size));
    if (text.size() > k_largest_file)
      return fail(
          Error{ErrorKind::refused, fmt::format("will not read {}", printable(path)), "it is too large", {}});
  }
}

Result<> check_is_roots(const struct stat& status, const std::string& path) {
  if (status.st_uid != 0)
    return fail(untrusted(path, fmt::format("it belongs to uid {}, and not to root", status.st_uid),
                          fmt::format("`chown root {}`", shell_quote(path))));
  return check_owner_and_mode(status, path, 0);
}

/// Open one component of a path in the directory before it, and look at what was opened: what is checked is
/// what is used, whatever the names lead to a moment later. Nothing if it is not there.
Result<UniqueFd> open_component(const UniqueFd& directory, const std::string& name, const std::string& path,
                                int flags) {
  UniqueFd fd{::openat(directory.get(), name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC)};
  if (!fd && errno == ENOENT)
    return UniqueFd{};
  if (!fd && (errno == ELOOP || errno == ENOTDIR))
    return fail(untrusted(path, "it is a symbolic link, or leads through something that is no directory",
                          "put the file itself there"));
  if (!fd)
    return fail(errno_error(errno, fmt::format("cannot open {}", printable(path))));
  struct stat status {};
  if (::fstat(fd.get(), &status) < 0)
    return fail(errno_error(errno, fmt::format("cannot look at {}", printable(path))));
  TRY(check_is_roots(status, path));
  if ((flags & O_DIRECTORY) == 0 && !S_ISREG(status.st_mode))
    return fail(untrusted(path, "it is not a plain file"));
  return fd;
}

} // namespace

Result<std::optional<std::string>> read_root_file(const std::string& path) {
  if (!path.starts_with('/'))
    return fail(untrusted(path, "it is not an absolute path"));
  UniqueFd at{::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)};
  struct stat status {};
  if (!at || ::fstat(at.get(), &status) < 0)
    return fail(errno_error(errno, "cannot look at /"));
  TRY(check_is_roots(status, "/"));
  for (std::size_t begin = 1;;) {
    const std::size_t slash = path.find('/', begin);
    const bool is_last = slash == std::string::npos;
    const std::string name = path.substr(begin, is_last ? slash : slash - begin);
    if (name.empty() || name == "." || name == "..")
      return fail(untrusted(path, "it has an empty component, '.' or '..'"));
    const int flags = is_last ? O_RDONLY | O_NONBLOCK | O_NOCTTY : O_PATH | O_DIRECTORY;
    TRY(at, open_component(at, name, path.substr(0, slash), flags));
    if (!at)
      return std::optional<std::string>{};
    if (is_last)
      break;
    begin = slash + 1;
  }
  TRY(auto text, read_all(at.get(), path));
  return std::optional{std::move(text)};
}

Result<std::optional<std::string>> read_trusted_file(const std::string& path, uid_t caller) {
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (!fd && (errno == ENOENT || errno == ENOTDIR))
    return std::optional<std::string>{};
  if (!fd)
    return fail(errno_error(errno, fmt::format("cannot open {}", printable(path))));
  struct stat status {};
  if (::fstat(fd.get(), &status) < 0)
    return fail(errno_error(errno, fmt::format("cannot look at {}", printable(path))));
  if (!S_ISREG(status.st_mode))
    return fail(untrusted(path, "it is not a plain file"));
  TRY(check_owner_and_mode(status, path, caller));
  TRY(auto text, read_all(fd.get(), path));
  return std::optional{std::move(text)};
}

Result<> check_trusted_directory(const std::string& path, uid_t caller) {
  struct stat status {};
  if (::stat(path.c_str(), &status) < 0)
    return fail(errno_error(errno, fmt::format("cannot look at {}", printable(path))));
  if (!S_ISDIR(status.st_mode))
    return fail(untrusted(path, "it is not a directory"));
  return check_owner_and_mode(status, path, caller);
}

std::optional<std::string> personal_directory(uid_t caller) {
  const char* const base = std::getenv("XDG_CONFIG_HOME");
  if (base != nullptr && *base == '/')
    return std::string{base} + "/vdeup";
  const char* const home = caller == 0 ? nullptr : std::getenv("HOME");
  std::string directory = home != nullptr && *home == '/' ? home : "";
  if (directory.empty())
    if (auto account = find_account(caller); account && account.value())
      directory = account.value()->home;
  return directory.empty() ? std::nullopt : std::optional{directory + "/.config/vdeup"};
}

} // namespace vdeup::config
