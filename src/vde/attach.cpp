#include "vde/attach.hpp"

#include "base/accounts.hpp"
#include "base/number.hpp"
#include "vde/directories.hpp"

#include <fmt/format.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace vdeup::vde {
namespace {

// The switch can remove the socket of a port that it has just assigned, if the previous VM of that port ends
// at the same moment: then the handshake fails with ENOENT, and the next one does not.
constexpr int k_attempts = 5;

/// The request of a client, version 3, as all switches since VDE 2.0 read it. It ends with the description.
struct Request {
  std::uint32_t magic = 0xfeedface;
  std::uint32_t version = 3;
  std::uint32_t type = 0; ///< from bit 8 on the port; 0: any free one
  sockaddr_un client_socket{};
  std::array<char, 128> description{};
};
static_assert(offsetof(Request, client_socket) == 12 && offsetof(Request, description) == 122);

sockaddr_un to_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t size = std::min(path.size(), sizeof(address.sun_path) - 1);
  std::copy_n(path.begin(), size, std::begin(address.sun_path));
  return address;
}

bool bind_to(int socket, const std::string& path) {
  const sockaddr_un address = to_address(path);
  return path.size() < sizeof(address.sun_path) &&
         ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

bool connect_to(int socket, const sockaddr_un& address) {
  return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

/// Our end of the data connection. Its name is for the handshake only, and goes with this.
class DataSocket {
 public:
  DataSocket() : m_fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}
  ~DataSocket() {
    if (!m_path.empty())
      (void)::unlink(m_path.c_str());
  }
  DataSocket(const DataSocket&) = delete;
  DataSocket& operator=(const DataSocket&) = delete;

  /// Bind it in the directory of the switch, or in one of VDE's others if that is not ours to write to, under
  /// names that vde_switch and `vdeup cancel` know. The switch needs access. False: errno says why.
  bool bind(const std::string& dir, const AttachOptions& options, std::optional<gid_t> group) {
    for (const std::string& beginning :
         {dir + "/.", std::string{"/var/run/vde."}, std::string{"/var/tmp/vde."}, std::string{"/tmp/vde."}})
      if (bind_below(beginning))
        return (!group || ::lchown(m_path.c_str(), uid_t(-1), *group) == 0) &&
               ::chmod(m_path.c_str(), options.mode) == 0;
    return false;
  }

  [[nodiscard]] int get() const { return m_fd.get(); }
  [[nodiscard]] const std::string& path() const { return m_path; }
  [[nodiscard]] UniqueFd take() { return std::move(m_fd); }

 private:
  bool bind_below(const std::string& beginning) {
    constexpr int most = 100'000; // five digits
    for (int number = 0; number < most; ++number) {
      std::string path = fmt::format("{}{:05}-{:05}", beginning, ::getpid(), number);
      if (bind_to(m_fd.get(), path)) {
        m_path = std::move(path);
        return true;
      }
      if (errno != EADDRINUSE)
        return false;
    }
    return false;
  }

  UniqueFd m_fd;
  std::string m_path{};
};

/// Let connect() and recv() fail with EAGAIN when the deadline is over. A full or stopped switch lets them
/// wait for ever.
bool limit_waits(int socket, const Deadline& deadline) {
  const auto left = std::max(deadline.left(), std::chrono::milliseconds{1}); // 0 would be for ever
  const timeval time{.tv_sec = left.count() / 1000, .tv_usec = left.count() % 1000 * 1000};
  return ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof(time)) == 0 &&
         ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time)) == 0;
}

/// True if a switch answered with a socket in its own directory, and not with anybody's.
bool is_in_directory(const sockaddr_un& answer, const std::string& dir) {
  const auto* const end = std::find(std::begin(answer.sun_path), std::end(answer.sun_path), '\0');
  const std::string path{std::begin(answer.sun_path), end};
  const std::size_t slash = path.rfind('/');
  if (answer.sun_family != AF_UNIX || path.empty() || path.front() != '/' || end == std::end(answer.sun_path))
    return false;
  struct stat named {};
  struct stat ours {};
  const std::string parent = path.substr(0, slash);
  return parent == dir || (::stat(parent.c_str(), &named) == 0 && ::stat(dir.c_str(), &ours) == 0 &&
                           named.st_dev == ours.st_dev && named.st_ino == ours.st_ino);
}

Request make_request(const DataSocket& data, const std::string& description, unsigned port) {
  Request request{.type = port << 8U, .client_socket = to_address(data.path())};
  std::copy_n(description.begin(), std::min(description.size(), request.description.size() - 1),
              request.description.begin());
  return request;
}

/// Send the request, and receive the address of the socket that the switch has made for this port.
/// False: errno says why.
bool exchange(int control, const Request& request, sockaddr_un& answer) {
  const std::size_t size =
      offsetof(Request, description) + std::string_view{request.description.data()}.size();
  if (::send(control, &request, size, MSG_NOSIGNAL) != static_cast<ssize_t>(size))
    return false;
  const ssize_t got = ::recv(control, &answer, sizeof(answer), MSG_WAITALL);
  if (got >= 0 && got != sizeof(answer))
    errno = ECONNRESET; // it does not want us
  return got == sizeof(answer);
}

/// A switch of another user needs access to our end of the connection, too: it checks the mode of our socket
/// (access(2)), and silently gives up without access. Returns the group to give the socket to, if any.
std::optional<gid_t> grant_access(const std::string& dir, AttachOptions& options) {
  if (options.group) {
    const auto group = find_group(*options.group);
    return group && group.value() ? group.value()->gid : parse_number<gid_t>(*options.group);
  }
  struct stat status {};
  if (::stat(dir.c_str(), &status) < 0 || status.st_uid == ::geteuid() || status.st_uid == 0 ||
      (status.st_mode & S_IXGRP) == 0)
    return std::nullopt;
  options.mode |= S_IRWXG;
  return status.st_gid;
}

Error cannot_attach(const SocketPath& dir, int error_number) {
  const std::string what = fmt::format("cannot attach to the switch {}", dir.str());
  if (error_number == EAGAIN)
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

/// Attach once.
Result<Attachment> shake_hands(const SocketPath& dir, const AttachOptions& options,
                               std::optional<gid_t> group, const Deadline& deadline) {
  const auto failed = [&dir] { return fail(cannot_attach(dir, errno)); };
  UniqueFd control{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  DataSocket data;
  if (!control || data.get() < 0 || !limit_waits(control.get(), deadline) ||
      !connect_to(control.get(), to_address(dir.str() + "/ctl")))
    return failed();
  if (!data.bind(dir.str(), options, group))
    return failed();
  sockaddr_un port{};
  if (!exchange(control.get(), make_request(data, options.description, options.port), port))
    return failed();
  if (!is_in_directory(port, dir.str()))
    return fail(Error{ErrorKind::refused,
                      cannot_attach(dir, EINVAL).what(),
                      "it answered with a socket outside its directory",
                      {}});
  if (!connect_to(data.get(), port))
    return failed();
  TRY(auto kept_data, move_above(data.take(), k_lowest_fd));
  TRY(auto kept_control, move_above(std::move(control), k_lowest_fd));
  return Attachment{std::move(kept_data), std::move(kept_control)};
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
  const auto group = grant_access(dir.str(), options);
  options.description += fmt::format(" user={} pid={}", user_name(::geteuid()), ::getpid());
  for (int attempt = 1;; ++attempt) {
    auto attachment = shake_hands(dir, options, group, deadline);
    if (attachment || attachment.error().kind() != ErrorKind::missing || attempt == k_attempts ||
        deadline.is_over())
      return attachment;
  }
}

} // namespace vdeup::vde
