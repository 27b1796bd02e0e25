#include "vde/socket_check.hpp"

#include "base/accounts.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace vdeup::vde {
namespace {

constexpr mode_t k_permission_bits = 07777;

Error refuse(const std::string& path, std::string cause, std::string hint) {
  return Error{ErrorKind::refused, fmt::format("will not use {}", path), std::move(cause), std::move(hint)};
}

/// The command that clears a path and loses nothing. In /var/tmp only root can move what others have made.
std::string move_away(const std::string& path, uid_t maker, const Identity& owner) {
  const bool needs_sudo = maker != owner.uid && ::getuid() != 0;
  return fmt::format("`{}mv -nT {} {}` clears the way; or choose other sockets with -s and -S",
                     needs_sudo ? "sudo " : "", shell_quote(path), shell_quote(path + ".old"));
}

/// The command that closes a path to others. Who has got in already stays in.
std::string close_to_others(const std::string& path, uid_t maker, const Identity& owner) {
  const bool needs_sudo = maker != owner.uid && ::getuid() != 0;
  return fmt::format("`{}chmod go= {}` if you trust what is there", needs_sudo ? "sudo " : "",
                     shell_quote(path));
}

/// What has to stand at a path.
struct Expected {
  mode_t type = 0;
  const char* type_name = "";
  mode_t for_others = 0; ///< the permission bits that others than the owner may have
};

/// The state of what is sound at `path`, or nothing if there is nothing.
Result<std::optional<struct stat>> check(const std::string& path, const Expected& expected,
                                         const Identity& owner) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) < 0) {
    if (errno == ENOENT)
      return std::optional<struct stat>{};
    if (errno == EACCES) // of what is below a directory that root made for itself
      return fail(Error{ErrorKind::refused, fmt::format("will not use {}", path),
                        "it is in a directory of root's: root runs that switch",
                        "have root end it, then `sudo vdeup create -u " + owner.name + "`"});
    return fail(errno_error(errno, fmt::format("cannot look at {}", path)));
  }
  if (S_ISLNK(status.st_mode))
    return fail(refuse(path, "it is a symbolic link", move_away(path, status.st_uid, owner)));
  if ((status.st_mode & static_cast<mode_t>(S_IFMT)) != expected.type)
    return fail(refuse(path, fmt::format("it is not a {}", expected.type_name),
                       move_away(path, status.st_uid, owner)));
  if (status.st_uid != owner.uid && status.st_uid != 0)
    return fail(refuse(path, fmt::format("it belongs to uid {}, not to {}", status.st_uid, owner.name),
                       move_away(path, status.st_uid, owner)));
  if ((status.st_mode & (S_IRWXG | S_IRWXO) & ~expected.for_others) != 0)
    return fail(refuse(
        path,
        fmt::format("its mode {:04o} lets in others than {}", status.st_mode & k_permission_bits, owner.name),
        close_to_others(path, status.st_uid, owner)));
  return std::optional{status};
}

/// Read the mode and the group of a directory as one of those that we give. Where the group gives nobody
/// anything, one that its owner is not in is chance and not access: root's chown, or a set-group-ID parent.
std::optional<SwitchAccess> access_of(const struct stat& status, const Identity& owner) {
  for (const auto kind :
       {SwitchAccess::Kind::owner, SwitchAccess::Kind::group_id, SwitchAccess::Kind::shared}) {
    SwitchAccess access{kind};
    if ((status.st_mode & k_permission_bits) != access.directory_mode())
      continue;
    const bool is_own_group = status.st_gid == owner.gid; // needs no name
    if (kind != SwitchAccess::Kind::owner || (!is_own_group && is_member(owner, status.st_gid)))
      access.group = Group{status.st_gid, group_name(status.st_gid)};
    return access;
  }
  return std::nullopt;
}

} // namespace

std::string ctl_path(const SwitchSockets& sockets) {
  return sockets.dir.str() + "/ctl";
}

Result<SocketFiles> check_sockets(const Scope& scope) {
  SocketFiles files;
  // A group that shares the switch may go through the directory and connect, but never change what is in it.
  const Expected directory{S_IFDIR, "directory", S_IRGRP | S_IXGRP};
  TRY(auto dir, check(scope.sockets.dir.str(), directory, scope.owner));
  TRY(auto mgmt, check(scope.sockets.mgmt.str(), Expected{S_IFSOCK, "socket", 0}, scope.owner));
  files.has_dir = dir.has_value();
  files.has_mgmt = mgmt.has_value();
  if (!dir)
    return files;
  files.access = access_of(*dir, scope.owner);
  const bool is_shared = (dir->st_mode & S_IXGRP) != 0;
  const Expected ctl{S_IFSOCK, "socket", static_cast<mode_t>(is_shared ? S_IRGRP | S_IWGRP : 0)};
  TRY(auto found, check(ctl_path(scope.sockets), ctl, scope.owner));
  files.has_ctl = found.has_value();
  return files;
}

} // namespace vdeup::vde
