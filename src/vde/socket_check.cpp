#include "vde/socket_check.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

#include <cerrno>

namespace vdeup::vde {
namespace {

constexpr mode_t k_not_for_others = S_IRWXG | S_IRWXO;
constexpr mode_t k_permission_bits = 07777;

Error refuse(const std::string& path, std::string cause) {
  return Error{ErrorKind::refused, fmt::format("will not use {}", path), std::move(cause),
               "have it removed by whoever made it, or choose other sockets with -s and -S"};
}

/// True if there is something sound at `path`, false if there is nothing.
Result<bool> check(const std::string& path, mode_t type, const std::string& type_name,
                   const Identity& owner) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) < 0) {
    if (errno == ENOENT)
      return false;
    if (errno == EACCES) // of what is below a directory that root made for itself
      return fail(Error{ErrorKind::refused, fmt::format("will not use {}", path),
                        "it is in a directory of root's: root runs that switch",
                        "have root end it, then `sudo vdeup create -u " + owner.name + "`"});
    return fail(errno_error(errno, fmt::format("cannot look at {}", path)));
  }
  if (S_ISLNK(status.st_mode))
    return fail(refuse(path, "it is a symbolic link"));
  if ((status.st_mode & static_cast<mode_t>(S_IFMT)) != type)
    return fail(refuse(path, fmt::format("it is not a {}", type_name)));
  if (status.st_uid != owner.uid && status.st_uid != 0)
    return fail(refuse(path, fmt::format("it belongs to uid {}, not to {}", status.st_uid, owner.name)));
  if ((status.st_mode & k_not_for_others) != 0)
    return fail(refuse(path, fmt::format("its mode {:04o} lets in others than {}",
                                         status.st_mode & k_permission_bits, owner.name)));
  return true;
}

} // namespace

std::string ctl_path(const SwitchSockets& sockets) {
  return sockets.dir.str() + "/ctl";
}

Result<SocketFiles> check_sockets(const Scope& scope) {
  SocketFiles files;
  TRY(files.has_dir, check(scope.sockets.dir.str(), S_IFDIR, "directory", scope.owner));
  TRY(files.has_mgmt, check(scope.sockets.mgmt.str(), S_IFSOCK, "socket", scope.owner));
  if (files.has_dir) {
    TRY(files.has_ctl, check(ctl_path(scope.sockets), S_IFSOCK, "socket", scope.owner));
  }
  return files;
}

} // namespace vdeup::vde
