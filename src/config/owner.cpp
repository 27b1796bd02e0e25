#include "config/owner.hpp"

#include "base/accounts.hpp"
#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <unistd.h>

namespace vdeup::config {
namespace {

Error no_such(std::string_view kind, const std::string& name, std::string_view role) {
  return Error{ErrorKind::usage,
               fmt::format("cannot use '{}' as the {}", printable(name), role),
               fmt::format("there is no such {}", kind),
               {}};
}

/// `USER.GROUP`, where the whole is no user.
Result<Owner> split_owner(const std::string& text) {
  const std::size_t dot = text.rfind('.');
  if (dot == std::string::npos)
    return fail(no_such("user", text, "owner"));
  TRY(auto user, find_account(text.substr(0, dot)));
  TRY(auto group, find_group(text.substr(dot + 1)));
  if (user && group)
    return Owner{std::move(user->identity), std::move(group)};
  Error error = no_such("user", text, "owner");
  error.set_hints(fmt::format("read as USER.GROUP there is no {} '{}' either", user ? "group" : "user",
                              printable(user ? text.substr(dot + 1) : text.substr(0, dot))));
  return fail(std::move(error));
}

} // namespace

Result<Identity> user_called(const std::string& name) {
  TRY(auto found, find_account(name));
  if (found)
    return std::move(found->identity);
  if (const auto uid = parse_number<uid_t>(name)) {
    TRY(auto numbered, find_account(*uid));
    if (numbered)
      return std::move(numbered->identity);
  }
  return fail(no_such("user", name, "owner"));
}

Result<Group> group_called(const std::string& name) {
  TRY(auto found, find_group(name));
  if (!found)
    return fail(no_such("group", name, "group of the switch"));
  return std::move(*found);
}

Result<Identity> calling_user() {
  TRY(auto found, find_account(::geteuid()));
  if (found)
    return std::move(found->identity);
  return Identity{::geteuid(), ::getegid(), std::to_string(::geteuid())};
}

Result<Owner> parse_owner(const std::string& text) {
  auto user = user_called(text);
  if (user)
    return Owner{std::move(user).value()};
  if (user.error().kind() != ErrorKind::usage)
    return fail(std::move(user).error());
  return split_owner(text);
}

} // namespace vdeup::config
