#include "config/config_file.hpp"

#include "base/accounts.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <vector>

namespace vdeup::config {
namespace {

constexpr std::size_t k_largest_file = std::size_t{64} * 1024;

struct Key {
  std::string_view name;
  std::optional<std::string> FileSettings::*value;
};

constexpr std::array k_keys{
    Key{"socket-base", &FileSettings::socket_base},
    Key{"socket", &FileSettings::socket},
    Key{"mgmt", &FileSettings::mgmt},
    Key{"bridge", &FileSettings::bridge},
    Key{"share", &FileSettings::share},
    Key{"debug", &FileSettings::debug},
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// The place of a line, for messages.
struct Place {
  const std::string& path;
  std::size_t line = 0;
};

Error bad_line(const Place& place, std::string cause, std::string hint = {}) {
  return Error{ErrorKind::usage, fmt::format("cannot use line {} of {}", place.line, printable(place.path)),
               std::move(cause), std::move(hint)};
}

Error unknown_key(const Place& place, std::string_view key) {
  std::vector<std::string_view> known;
  for (const Key& candidate : k_keys)
    known.push_back(candidate.name);
  const std::string_view meant = nearest(key, known);
  return bad_line(place, fmt::format("there is no setting '{}'", printable(key)),
                  meant.empty() ? "vdeup.conf(5) lists the settings"
                                : fmt::format("did you mean '{}'?", meant));
}

Result<> read_line(std::string_view line, const Place& place, FileSettings& settings) {
  line = trimmed(line);
  if (line.empty() || line.front() == '#')
    return ok();
  const std::size_t sign = line.find('=');
  if (sign == std::string_view::npos)
    return fail(bad_line(place, fmt::format("'{}' has no '='", printable(line)), "write it as KEY = VALUE"));
  const std::string_view name = trimmed(line.substr(0, sign));
  const std::string_view value = trimmed(line.substr(sign + 1));
  const auto* const key =
      std::find_if(k_keys.begin(), k_keys.end(), [name](const Key& known) { return known.name == name; });
  if (key == k_keys.end())
    return fail(unknown_key(place, name));
  if (value.empty())
    return fail(bad_line(place, fmt::format("'{}' has no value", name), "leave the line out to say nothing"));
  if (settings.*key->value)
    return fail(bad_line(place, fmt::format("'{}' stands in an earlier line already", name)));
  settings.*key->value = std::string{value};
  return ok();
}

Result<> check_file(const struct stat& status, const std::string& path, uid_t caller) {
  const std::string what = fmt::format("will not use {}", printable(path));
  if (!S_ISREG(status.st_mode))
    return fail(Error{ErrorKind::refused, what, "it is not a plain file", {}});
  if (status.st_uid != 0 && status.st_uid != caller)
    return fail(Error{ErrorKind::refused, what,
                      fmt::format("it belongs to uid {}, and not to you or root", status.st_uid),
                      "have it removed, or name another with XDG_CONFIG_HOME"});
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fail(Error{ErrorKind::refused, what, "others than its owner can write to it",
                      fmt::format("`chmod go-w {}`", shell_quote(path))});
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

std::optional<std::string> personal_file(uid_t caller) {
  const char* const base = std::getenv("XDG_CONFIG_HOME");
  if (base != nullptr && *base == '/')
    return std::string{base} + "/vdeup/vdeup.conf";
  const char* const home = caller == 0 ? nullptr : std::getenv("HOME");
  std::string directory = home != nullptr && *home == '/' ? home : "";
  if (directory.empty())
    if (auto account = find_account(caller); account && account.value())
      directory = account.value()->home;
  return directory.empty() ? std::nullopt : std::optional{directory + "/.config/vdeup/vdeup.conf"};
}

} // namespace

FileSettings FileSettings::over(const FileSettings& weaker) const {
  FileSettings sum = *this;
  for (const Key& key : k_keys)
    if (!(sum.*key.value))
      sum.*key.value = weaker.*key.value;
  return sum;
}

Result<FileSettings> parse_config(std::string_view text, const std::string& path) {
  FileSettings settings;
  Place place{path, 0};
  while (!text.empty()) {
    ++place.line;
    const std::size_t end = text.find('\n');
    TRY(read_line(text.substr(0, end), place, settings));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return settings;
}

Result<FileSettings> read_config(const std::string& path, uid_t caller) {
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (!fd && (errno == ENOENT || errno == ENOTDIR))
    return FileSettings{};
  if (!fd)
    return fail(errno_error(errno, fmt::format("cannot open {}", printable(path))));
  struct stat status {};
  if (::fstat(fd.get(), &status) < 0)
    return fail(errno_error(errno, fmt::format("cannot look at {}", printable(path))));
  TRY(check_file(status, path, caller));
  TRY(auto text, read_all(fd.get(), path));
  return parse_config(text, path);
}

Result<FileSettings> read_configuration(uid_t caller) {
  TRY(auto system, read_config(VDEUP_SYSTEM_CONFIG, 0));
  const auto path = personal_file(caller);
  if (!path)
    return system;
  auto personal = read_config(*path, caller);
  if (!personal && personal.error().kind == ErrorKind::not_permitted) // a home that the caller may not enter
    return system;
  if (!personal)
    return personal;
  return personal.value().over(system);
}

Result<std::string> expand(std::string_view text, const std::string& user, uid_t uid) {
  std::string expanded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      expanded += text[i];
      continue;
    }
    const char letter = ++i < text.size() ? text[i] : '\0';
    if (letter == 'u')
      expanded += user;
    else if (letter == 'U')
      expanded += std::to_string(uid);
    else if (letter == '%')
      expanded += '%';
    else
      return fail(Error{ErrorKind::usage, fmt::format("cannot use the path '{}'", printable(text)),
                        "a '%' stands before u, U or another %", "vdeup.conf(5) tells what they mean"});
  }
  return expanded;
}

bool names_owner(std::string_view text) {
  for (std::size_t at = 0; (at = text.find('%', at)) != std::string_view::npos; at += 2)
    if (at + 1 < text.size() && (text[at + 1] == 'u' || text[at + 1] == 'U'))
      return true;
  return false;
}

} // namespace vdeup::config
