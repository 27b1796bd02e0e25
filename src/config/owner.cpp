#include "config/owner.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>
#include <vector>

namespace vdeup::config {
namespace {

constexpr std::size_t k_first_buffer = 4096;

/// Call getpwnam_r or getpwuid_r with a buffer that grows until the entry fits.
template <class Lookup>
Result<std::optional<Identity>> look_up(Lookup lookup) {
  std::vector<char> buffer(k_first_buffer);
  for (;;) {
    passwd entry{};
    passwd* found = nullptr;
    const int error_number = lookup(&entry, buffer.data(), buffer.size(), &found);
    if (error_number == ERANGE) {
      buffer.resize(buffer.size() * 2);
      continue;
    }
    if (error_number != 0 && error_number != ENOENT && error_number != ESRCH)
      return fail(errno_error(error_number, "cannot read the user database"));
    if (found == nullptr)
      return std::optional<Identity>{};
    return std::optional<Identity>{Identity{entry.pw_uid, entry.pw_gid, entry.pw_name}};
  }
}

Result<std::optional<Identity>> by_uid(uid_t uid) {
  return look_up([uid](passwd* entry, char* buffer, std::size_t size, passwd** found) {
    return ::getpwuid_r(uid, entry, buffer, size, found);
  });
}

} // namespace

Result<Identity> find_user(const std::string& name) {
  TRY(auto found, look_up([&name](passwd* entry, char* buffer, std::size_t size, passwd** result) {
        return ::getpwnam_r(name.c_str(), entry, buffer, size, result);
      }));
  if (found)
    return *found;
  uid_t uid = 0;
  const char* const end = name.data() + name.size();
  if (const auto [at, error] = std::from_chars(name.data(), end, uid); error == std::errc{} && at == end) {
    TRY(auto numbered, by_uid(uid));
    if (numbered)
      return *numbered;
  }
  return fail(Error{ErrorKind::usage,
                    fmt::format("cannot use '{}' as the owner", printable(name)),
                    "there is no such user",
                    {}});
}

Result<Identity> calling_user() {
  TRY(auto found, by_uid(::geteuid()));
  if (found)
    return *found;
  return Identity{::geteuid(), ::getegid(), std::to_string(::geteuid())};
}

std::string user_name(uid_t uid) {
  auto found = by_uid(uid);
  return found && found.value() ? found.value()->name : std::to_string(uid);
}

std::string group_name(gid_t gid) {
  std::vector<char> buffer(k_first_buffer);
  group entry{};
  group* found = nullptr;
  int error_number = 0;
  while ((error_number = ::getgrgid_r(gid, &entry, buffer.data(), buffer.size(), &found)) == ERANGE)
    buffer.resize(buffer.size() * 2);
  return error_number == 0 && found != nullptr ? found->gr_name : std::to_string(gid);
}

} // namespace vdeup::config
