#include "vde/uplink_ports.hpp"

#include "base/unique_fd.hpp"

#include <fmt/format.h>

#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

namespace vdeup::vde {
namespace {

sockaddr_in socket_address(const Forward& forward) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(forward.host_port);
  const auto bytes = forward.host_address.bytes4();
  std::memcpy(&address.sin_addr, bytes.data(), bytes.size());
  return address;
}

Error cannot_have(const Forward& forward, int error_number) {
  const std::string what = fmt::format("cannot forward {}", forward.text());
  if (error_number == EADDRINUSE)
    return Error{ErrorKind::refused, what, "somebody on this host has that port",
                 fmt::format("`ss -ln{} sport = {}` names it; choose another one",
                             forward.protocol == Forward::Protocol::tcp ? 't' : 'u', forward.host_port)};
  if (error_number == EACCES)
    return errno_error(error_number, what, "ports from 1024 on take no privilege");
  return errno_error(error_number, what);
}

/// How the kernel writes an address and a port in /proc/net/tcp: the address as one number of this machine.
std::string kernel_text(const Forward& forward) {
  const sockaddr_in address = socket_address(forward);
  return fmt::format("{:08X}:{:04X}", address.sin_addr.s_addr, forward.host_port);
}

/// The inode of the socket that is at a port, without those that are connections from it.
std::set<std::string> inodes_at(const Forward& forward) {
  const bool is_tcp = forward.protocol == Forward::Protocol::tcp;
  constexpr std::string_view unconnected = "00000000:0000";
  std::ifstream file{is_tcp ? "/proc/net/tcp" : "/proc/net/udp"};
  std::set<std::string> inodes;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words{line};
    std::array<std::string, 10>
        fields; // sl, local, remote, st, queues, timer, retransmits, uid, timeout, inode
    for (std::string& field : fields)
      words >> field;
    if (words && fields[1] == kernel_text(forward) && fields[2] == unconnected)
      inodes.insert("socket:[" + fields[9] + "]");
  }
  return inodes;
}

} // namespace

Result<> check_host_port(const Forward& forward) {
  const bool is_tcp = forward.protocol == Forward::Protocol::tcp;
  const UniqueFd fd{::socket(AF_INET, (is_tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0)};
  if (!fd)
    return fail(cannot_have(forward, errno));
  // As slirp does it: a connection that has ended keeps its port for a minute, which is no obstacle. For UDP
  // the option means that two can have one port, and hides that somebody has it.
  const int yes = 1;
  if (is_tcp)
    (void)::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  const sockaddr_in address = socket_address(forward);
  sockaddr generic{};
  static_assert(sizeof(generic) == sizeof(address));
  std::memcpy(&generic, &address, sizeof(address));
  if (::bind(fd.get(), &generic, sizeof(generic)) < 0)
    return fail(cannot_have(forward, errno));
  if (is_tcp && ::listen(fd.get(), 1) < 0) // two can be bound to one port, and only one can listen
    return fail(cannot_have(forward, errno));
  return ok();
}

bool has_host_port(pid_t pid, const Forward& forward) {
  const std::set<std::string> wanted = inodes_at(forward);
  const std::string path = fmt::format("/proc/{}/fd", pid);
  const UniqueDirectory directory{::opendir(path.c_str())};
  while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
    std::array<char, 64> target{};
    const ssize_t size = ::readlinkat(::dirfd(directory.get()), entry->d_name, target.data(), target.size());
    if (size > 0 && wanted.contains({target.data(), static_cast<std::size_t>(size)}))
      return true;
  }
  return false;
}

} // namespace vdeup::vde
