#include "config/settings.hpp"

#include "base/accounts.hpp"
#include "base/file_tree.hpp"
#include "base/text.hpp"
#include "config/owner.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <array>
#include <cstdlib>

namespace vdeup::config {
namespace {

constexpr std::string_view k_switch_name = "vde_switch";
constexpr std::string_view k_mgmt_name = "vde_mgmt";
constexpr std::string_view k_default_base = "/var/tmp"; // manual page: CTYS_SOCKBASE

/// An empty variable counts as one that is not set, as it does for the shell's `${X:-default}`.
std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0')
    return std::nullopt;
  return value;
}

/// What belongs to the caller alone is taken out.
Environment without_sockets(const Environment& environment) {
  return Environment{.sock_base = environment.sock_base};
}

/// A path of a file, for one owner; nothing if it is one for the caller only.
Result<std::optional<std::string>> path_for(const std::optional<std::string>& text, const Identity& owner,
                                            bool is_own) {
  if (!text || !(is_own || names_owner(*text)))
    return std::optional<std::string>{};
  TRY(auto path, expand(*text, owner.name, owner.uid));
  return std::optional{std::move(path)};
}

Result<SwitchSockets> find_sockets(const Choice& choice, const Environment& environment,
                                   const FileSettings& files, const Owner& owner, bool is_own) {
  TRY(auto file_socket, path_for(files.socket, owner.user, is_own));
  TRY(auto file_mgmt, path_for(files.mgmt, owner.user, is_own));
  std::optional<std::string> mgmt = choice.mgmt;
  if (!mgmt && !choice.socket) // not beside -s: QEMUMGMT belongs to QEMUSOCK
    mgmt = environment.mgmt;
  if (!mgmt && !choice.socket && !environment.socket) // and what a file says, to the socket there
    mgmt = file_mgmt;
  const auto named = choice.socket ? choice.socket : environment.socket ? environment.socket : file_socket;
  const std::string base = socket_base(environment, files);
  TRY(auto dir, SocketPath::directory(named.value_or(default_socket(base, owner.user.name))));
  TRY(auto mgmt_path,
      SocketPath::socket(mgmt.value_or(mgmt_beside(dir.str()).value_or(dir.str() + ".mgmt"))));
  return SwitchSockets{std::move(dir), std::move(mgmt_path)};
}

/// Only a member can give a switch to a group: otherwise its process would have a group that its owner is not
/// in, and the owner can make the process run any code through its console.
Result<Group> group_for(const std::string& name, const Owner& owner) {
  TRY(auto group, group_called(name));
  if (!is_member(owner.user, group.gid))
    return fail(Error{ErrorKind::refused, fmt::format("cannot give the switch to group {}", group.name),
                      fmt::format("{} is not in it", owner.user.name),
                      fmt::format("`sudo adduser {} {}`, and log in again", shell_quote(owner.user.name),
                                  shell_quote(group.name))});
  if (owner.group && *owner.group != group)
    return fail(Error{ErrorKind::usage, fmt::format("cannot use group {}", group.name),
                      fmt::format("the group of the owner is {}", owner.group->name),
                      "name the same group with -u and -g"});
  return group;
}

Result<std::optional<SwitchAccess>> find_access(const Choice& choice, const FileSettings& files,
                                                const Owner& owner) {
  using Kind = SwitchAccess::Kind;
  const bool is_said = choice.group || choice.share || owner.group;
  const auto share = is_said ? choice.share : files.share;
  if (!is_said && !share)
    return std::optional<SwitchAccess>{};
  const Kind kind = share ? Kind::shared : choice.group ? Kind::group_id : Kind::owner;
  TRY(auto group, group_for(share ? *share : choice.group ? *choice.group : owner.group->name, owner));
  return std::optional{SwitchAccess{kind, std::move(group)}};
}

} // namespace

std::string socket_base(const Environment& environment, const FileSettings& files) {
  return environment.sock_base.value_or(files.socket_base.value_or(std::string{k_default_base}));
}

std::optional<std::string> uplink_word(const Environment& environment, const FileSettings& files) {
  return environment.uplink ? environment.uplink : files.uplink;
}

Environment Environment::read() {
  Environment environment;
  environment.sock_base = variable("CTYS_SOCKBASE");
  environment.socket = variable("QEMUSOCK");
  environment.mgmt = variable("QEMUMGMT");
  environment.uplink = variable("VDEUP_UPLINK");
  return environment;
}

Result<Settled> settle(const Choice& choice, const Environment& environment, const FileSettings& files) {
  TRY(auto caller, calling_user());
  Owner owner{caller};
  if (choice.user) {
    TRY(owner, parse_owner(*choice.user));
  }
  const bool is_own = owner.user.uid == caller.uid;
  TRY(auto sockets,
      find_sockets(choice, is_own ? environment : without_sockets(environment), files, owner, is_own));
  TRY(auto access, find_access(choice, files, owner));
  return Settled{Scope{std::move(owner.user), std::move(sockets)}, std::move(access)};
}

Result<std::vector<SwitchPlace>> switch_places(const Environment& environment, const FileSettings& files) {
  TRY(auto caller, calling_user());
  // A path that only the names of two users make different says where the name stands in it.
  std::vector<SwitchPlace> places{{default_socket(socket_base(environment, files), {})}};
  const std::string mark(1, '\x01'); // no path of ours has it
  if (files.socket && names_owner(*files.socket)) {
    TRY(auto path, expand(*files.socket, mark, caller.uid));
    if (const std::size_t at = path.find(mark); at != std::string::npos)
      places.push_back({path.substr(0, at), path.substr(at + mark.size())});
  }
  if (const auto& own = environment.socket; own && own->ends_with(caller.name))
    places.push_back({own->substr(0, own->size() - caller.name.size())});
  return places;
}

std::string default_socket(const std::string& base, const std::string& user) {
  return base + "/" + std::string{k_switch_name} + "0." + user;
}

std::optional<std::string> mgmt_beside(const std::string& socket) {
  const std::size_t slash = socket.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  if (socket.compare(name, k_switch_name.size(), k_switch_name) != 0)
    return std::nullopt;
  return socket.substr(0, name) + std::string{k_mgmt_name} + socket.substr(name + k_switch_name.size());
}

std::string host_seed() {
  const auto text = FileTree{}.read("/etc/machine-id");
  if (const auto words = words_of(text ? *text : std::string_view{}, " \t\n"); !words.empty())
    return std::string{words.front()};
  std::array<char, 256> name{};
  (void)::gethostname(name.data(), name.size() - 1);
  return name.data();
}

} // namespace vdeup::config
