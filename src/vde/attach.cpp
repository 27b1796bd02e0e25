#include "vde/attach.hpp"

#include "base/accounts.hpp"
#include "base/call_timer.hpp"
#include "base/shared_library.hpp"
#include "model/vde_locator.hpp"
#include "vde/directories.hpp"

#include <fmt/format.h>

extern "C" { // the header does not say so itself
#include <libvdeplug.h>
}

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

namespace vdeup::vde {
namespace {

// The switch can remove the socket of a port that it has just assigned, if the previous VM of that port ends
// at the same moment: then the handshake fails with ENOENT, and the next one does not.
constexpr int k_attempts = 5;

/// The functions of libvdeplug that are used. Linked, each command would load it, and only `run` connects.
struct Vdeplug {
  SharedLibrary library;
  decltype(&::vde_open_real) open = nullptr;
  decltype(&::vde_datafd) data_fd = nullptr;
  decltype(&::vde_ctlfd) control_fd = nullptr;
  decltype(&::vde_close) close = nullptr;
};

Result<Vdeplug> load_vdeplug() {
  TRY(auto library,
      SharedLibrary::open("libvdeplug.so.2", "cannot attach to a switch", "install libvdeplug2"));
  Vdeplug vdeplug{.library = std::move(library)};
  TRY(vdeplug.library.find("vde_open_real", vdeplug.open));
  TRY(vdeplug.library.find("vde_datafd", vdeplug.data_fd));
  TRY(vdeplug.library.find("vde_ctlfd", vdeplug.control_fd));
  TRY(vdeplug.library.find("vde_close", vdeplug.close));
  return vdeplug;
}

Result<UniqueFd> keep(int fd) {
  UniqueFd copy{::fcntl(fd, F_DUPFD_CLOEXEC, k_lowest_fd)};
  if (!copy)
    return fail(errno_error(errno, "cannot keep the connection to the switch"));
  return copy;
}

/// A switch of another user needs access to our end of the connection, too: it checks the mode of our socket
/// (access(2)), and silently gives up without access.
void grant_access(const SocketPath& dir, AttachOptions& options) {
  struct stat status {};
  if (options.group || ::stat(dir.str().c_str(), &status) < 0)
    return;
  const bool is_shared =
      status.st_uid != ::geteuid() && status.st_uid != 0 && (status.st_mode & S_IXGRP) != 0;
  if (!is_shared)
    return;
  options.group = group_name(status.st_gid);
  options.mode |= S_IRWXG;
}

Error cannot_attach(const SocketPath& dir, int error_number) {
  const std::string what = fmt::format("cannot attach to the switch {}", dir.str());
  if (error_number == EINTR)
    return Error{ErrorKind::timed_out, what, "it gave no port in time: it is full, or it is stopped",
                 "`vdeup ports` lists who is attached"};
  if (error_number == EACCES)
    return errno_error(error_number, what,
                       "its owner opens it to a group of users with `vdeup create --share GROUP`");
  Error error = errno_error(error_number, what, "`vdeup create` makes one; name its sockets with -s and -S");
  if (error_number == ECONNREFUSED)
    error.set_kind(ErrorKind::missing);
  return error;
}

} // namespace

Result<> check_attachable(const SocketPath& dir) {
  const std::string control = dir.str() + "/ctl";
  if (::access(control.c_str(), W_OK) < 0)
    return fail(cannot_attach(dir, errno));
  for (const SocketEntry& socket : list_sockets(dir.str()).value_or(std::vector<SocketEntry>{}))
    if (socket.file.path == control && socket.is_dangling)
      return fail(cannot_attach(dir, ECONNREFUSED));
  return ok();
}

Result<Attachment> attach(const SocketPath& dir, AttachOptions options, const Deadline& deadline) {
  TRY(auto vdeplug, load_vdeplug());
  grant_access(dir, options);
  std::string url = "vde://" + vde_locator(dir);
  std::string description = options.description;
  std::string group = options.group.value_or("");
  vde_open_args arguments{.port = static_cast<int>(options.port),
                          .group = options.group ? group.data() : nullptr,
                          .mode = options.mode};
  std::unique_ptr<VDECONN, decltype(vdeplug.close)> connection{nullptr, vdeplug.close};
  int error_number = 0;
  for (int attempt = 0; attempt < k_attempts && !connection && !deadline.is_over(); ++attempt) {
    const CallTimer timer{deadline};
    connection.reset(vdeplug.open(url.data(), description.data(), LIBVDEPLUG_INTERFACE_VERSION, &arguments));
    error_number = errno;
    if (error_number != ENOENT)
      break;
  }
  if (!connection)
    return fail(cannot_attach(dir, error_number));
  TRY(auto data, keep(vdeplug.data_fd(connection.get())));
  TRY(auto control, keep(vdeplug.control_fd(connection.get())));
  return Attachment{std::move(data), std::move(control)};
}

} // namespace vdeup::vde
