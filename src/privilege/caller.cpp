#include "privilege/caller.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>

namespace vdeup::privilege {
namespace {

Error refused(std::string cause) {
  return Error{ErrorKind::refused, "cannot work for the caller", std::move(cause), {}};
}

bool is_channel(int fd) {
  int domain = 0;
  int type = 0;
  socklen_t size = sizeof(int);
  return ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX &&
         ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

/// sudo and pkexec name their caller by number, doas by name. With a rule that keeps the environment the
/// caller can have set those of the others; that they say something else than the kernel proves it.
Result<> check_variables(uid_t uid) {
  constexpr std::array names{"SUDO_UID", "DOAS_USER", "PKEXEC_UID"};
  const std::string number = std::to_string(uid);
  const std::string name = user_name(uid);
  for (const char* variable : names) {
    const char* const value = std::getenv(variable);
    if (value != nullptr && value != number && value != name)
      return fail(refused(
          fmt::format("{} is '{}', and it was {} who made the channel", variable, printable(value), name)));
  }
  return ok();
}

} // namespace

Result<Caller> identify_caller(int channel) {
  if (!is_channel(channel))
    return fail(Error{ErrorKind::usage, "cannot serve", "standard input is not a channel of vdeup",
                      "vdeup starts this program by itself, see vdeup-helper(8)"});
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(channel, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
    return fail(errno_error(errno, "cannot tell who calls"));
  const uid_t real = ::getuid();
  if (real != ::geteuid())
    return fail(refused("this program is setuid, and must not be: a file capability is what it takes"));
  if (real != 0 && real != peer.uid)
    return fail(refused(fmt::format("the channel was made by {}", user_name(peer.uid))));
  if (peer.uid == 0)
    return fail(refused("root needs no helper"));
  TRY(check_variables(peer.uid));
  TRY(auto account, find_account(peer.uid));
  if (!account)
    return fail(refused(fmt::format("there is no user with the number {}", peer.uid)));
  return Caller{std::move(*account), peer.pid};
}

} // namespace vdeup::privilege
