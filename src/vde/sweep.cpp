#include "vde/sweep.hpp"

#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "vde/directories.hpp"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace vdeup::vde {
namespace {

bool is_socket_of(uid_t owner, int directory_fd, const char* name) {
  struct stat status {};
  return ::fstatat(directory_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(status.st_mode) &&
         (status.st_uid == owner || status.st_uid == 0);
}

Result<> remove_socket(int directory_fd, const char* name, const std::string& shown) {
  if (::unlinkat(directory_fd, name, 0) < 0 && errno != ENOENT)
    return fail(errno_error(errno, "cannot remove " + shown));
  return ok();
}

Result<> empty_directory(const std::string& path, uid_t owner) {
  UniqueFd fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (!fd) {
    if (errno == ENOENT)
      return ok();
    return fail(errno_error(errno, "cannot open " + path));
  }
  const UniqueDirectory directory{::fdopendir(fd.get())};
  if (!directory)
    return fail(errno_error(errno, "cannot read " + path));
  const int directory_fd = fd.release(); // fdopendir owns it now
  while (const dirent* entry = ::readdir(directory.get()))
    if (is_socket_of(owner, directory_fd, entry->d_name)) {
      TRY(remove_socket(directory_fd, entry->d_name, fmt::format("{}/{}", path, entry->d_name)));
    }
  return ok();
}

/// Clients of old (VDE before 2.3) had their sockets beside the directory. One that somebody still holds
/// stays.
Result<> remove_client_sockets(const Scope& scope) {
  const std::string& dir = scope.sockets.dir.str();
  for (const SocketEntry& socket : find_client_sockets({{dir + "."}})) {
    const std::string& path = socket.file.path;
    if (socket.is_dangling && is_socket_of(scope.owner.uid, AT_FDCWD, path.c_str())) {
      TRY(remove_socket(AT_FDCWD, path.c_str(), printable(path)));
    }
  }
  return ok();
}

} // namespace

Result<> sweep(const Scope& scope) {
  const std::string& dir = scope.sockets.dir.str();
  TRY(empty_directory(dir, scope.owner.uid));
  // A directory with something else in it is not only ours to remove; vde_switch starts in it all the same.
  if (::rmdir(dir.c_str()) < 0 && errno != ENOENT && errno != ENOTEMPTY && errno != EEXIST)
    return fail(errno_error(errno, "cannot remove " + dir));
  const std::string& mgmt = scope.sockets.mgmt.str();
  if (is_socket_of(scope.owner.uid, AT_FDCWD, mgmt.c_str())) {
    TRY(remove_socket(AT_FDCWD, mgmt.c_str(), mgmt));
  }
  return remove_client_sockets(scope);
}

} // namespace vdeup::vde
