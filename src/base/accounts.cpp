#include "base/accounts.hpp"

#include <fmt/format.h>

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace vdeup {
namespace {

constexpr std::size_t k_first_buffer = 4096;

/// Call getpwnam_r(3) or one of its relatives with a buffer that grows until the entry fits, and make a value
/// of what is found.
template <class Entry, class Lookup, class Read>
auto look_up(const char* database, Lookup lookup, Read read)
    -> Result<std::optional<decltype(read(std::declval<Entry>()))>> {
  using Found = std::optional<decltype(read(std::declval<Entry>()))>;
  std::vector<char> buffer(k_first_buffer);
  for (;;) {
    Entry entry{};
    Entry* found = nullptr;
    const int error_number = lookup(&entry, buffer.data(), buffer.size(), &found);
    if (error_number == ERANGE) {
      buffer.resize(buffer.size() * 2);
      continue;
    }
    if (error_number != 0 && error_number != ENOENT && error_number != ESRCH)
      return fail(errno_error(error_number, fmt::format("cannot read the {} database", database)));
    return found == nullptr ? Found{} : Found{read(*found)};
  }
}

Account to_account(const passwd& entry) {
  return Account{Identity{entry.pw_uid, entry.pw_gid, entry.pw_name}, entry.pw_dir};
}

Group to_group(const group& entry) {
  return Group{entry.gr_gid, entry.gr_name};
}

} // namespace

Result<std::optional<Account>> find_account(uid_t uid) {
  const auto lookup = [uid](passwd* entry, char* buffer, std::size_t size, passwd** found) {
    return ::getpwuid_r(uid, entry, buffer, size, found);
  };
  return look_up<passwd>("user", lookup, to_account);
}

Result<std::optional<Account>> find_account(const std::string& name) {
  const auto lookup = [&name](passwd* entry, char* buffer, std::size_t size, passwd** found) {
    return ::getpwnam_r(name.c_str(), entry, buffer, size, found);
  };
  return look_up<passwd>("user", lookup, to_account);
}

Result<std::optional<Group>> find_group(const std::string& name) {
  const auto lookup = [&name](group* entry, char* buffer, std::size_t size, group** found) {
    return ::getgrnam_r(name.c_str(), entry, buffer, size, found);
  };
  return look_up<group>("group", lookup, to_group);
}

std::string user_name(uid_t uid) {
  auto found = find_account(uid);
  return found && found.value() ? found.value()->identity.name : std::to_string(uid);
}

std::string group_name(gid_t gid) {
  const auto lookup = [gid](group* entry, char* buffer, std::size_t size, group** found) {
    return ::getgrgid_r(gid, entry, buffer, size, found);
  };
  auto found = look_up<group>("group", lookup, to_group);
  return found && found.value() ? found.value()->name : std::to_string(gid);
}

bool is_member(const Identity& user, gid_t group) {
  int count = 64;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  while (::getgrouplist(user.name.c_str(), user.gid, groups.data(), &count) < 0)
    groups.resize(static_cast<std::size_t>(count));
  groups.resize(static_cast<std::size_t>(count));
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

} // namespace vdeup
