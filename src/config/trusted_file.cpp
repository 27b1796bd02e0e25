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

} // namespace

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
