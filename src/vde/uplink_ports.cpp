#include "vde/uplink_ports.hpp"

#include "base/file_tree.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"

#include <fmt/format.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <set>

namespace vdeup::vde {
namespace {

constexpr std::size_t k_max_inet_table = std::size_t{64} << 20U; // a busy host has many sockets

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
  const auto table = FileTree{}.read(is_tcp ? "/proc/net/tcp" : "/proc/net/udp", k_max_inet_table);
  std::set<std::string> inodes;
  for (const std::string_view line : split(table ? *table : std::string_view{}, '\n')) {
    const auto fields =
        words_of(line); // sl, local, remote, st, queues, timer, retransmits, uid, timeout, inode
    constexpr std::size_t inode = 9;
    if (fields.size() > inode && fields[1] == kernel_text(forward) && fields[2] == unconnected)
      inodes.insert(fmt::format("socket:[{}]", fields[inode]));
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
  const FileTree files;
  const std::string directory = fmt::format("/proc/{}/fd/", pid);
  const auto names = files.names(directory).value_or(std::vector<std::string>{});
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return wanted.contains(files.link(directory + name).value_or(""));
  });
}

} // namespace vdeup::vde
