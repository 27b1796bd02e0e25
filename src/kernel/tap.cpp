#include "kernel/tap.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <random>

namespace vdeup::kernel {
namespace {

constexpr const char* k_clone_device = "/dev/net/tun";
constexpr short k_as_vde_switch_does = IFF_TAP | IFF_NO_PI;
constexpr short k_fail_if_it_exists = static_cast<short>(IFF_TUN_EXCL);

ifreq request_for(const IfName& name, short flags) {
  ifreq request{};
  std::copy(name.str().begin(), name.str().end(), std::begin(request.ifr_name));
  request.ifr_flags = flags;
  return request;
}

Result<UniqueFd> open_clone_device() {
  UniqueFd fd{::open(k_clone_device, O_RDWR | O_CLOEXEC)};
  if (!fd)
    return fail(errno_error(errno, fmt::format("cannot open {}", k_clone_device),
                            errno == ENOENT ? "load the module: `sudo modprobe tun`" : ""));
  return fd;
}

} // namespace

Result<UniqueFd> open_tap_queue(const IfName& name, short flags, const std::string& what) {
  TRY(auto fd, open_clone_device());
  ifreq request = request_for(name, flags);
  if (::ioctl(fd.get(), TUNSETIFF, &request) < 0)
    return fail(errno_error(errno, what));
  return fd;
}

MacAddress high_address() {
  std::random_device random;
  MacAddress::Bytes bytes{};
  std::generate(bytes.begin(), bytes.end(), [&random] { return static_cast<std::uint8_t>(random()); });
  bytes[0] = 0xfe;
  return MacAddress{bytes};
}

Result<std::uint32_t> tap_index(int queue_fd, const IfName& name) {
  const UniqueFd socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!socket)
    return fail(errno_error(errno, "cannot find TAP " + name.str()));
  ifreq request{};
  // The name as the descriptor knows it: whoever renamed it, this is the device that we hold.
  if (::ioctl(queue_fd, TUNGETIFF, &request) < 0 || ::ioctl(socket.get(), SIOCGIFINDEX, &request) < 0)
    return fail(errno_error(errno, "cannot find TAP " + name.str()));
  return static_cast<std::uint32_t>(request.ifr_ifindex);
}

Result<> create_tap(Netlink& netlink, const IfName& name, const Identity& owner,
                    const TapProperties& properties) {
  const std::string what = fmt::format("cannot create TAP {} for {}", name.str(), owner.name);
  TRY(auto tap, open_tap_queue(name, k_as_vde_switch_does | k_fail_if_it_exists, what));
  if (::ioctl(tap.get(), TUNSETOWNER, owner.uid) < 0 || ::ioctl(tap.get(), TUNSETGROUP, owner.gid) < 0)
    return fail(errno_error(errno, what));
  TRY(auto index, tap_index(tap.get(), name));
  // The host has no business on this cable: without an address of its own, no VM reaches it around the
  // bridge.
  TRY(change_link(
      netlink, index,
      {.mtu = properties.mtu, .mac = high_address(), .alias = properties.alias, .no_ipv6_address = true},
      what));
  if (properties.last_check) {
    TRY(properties.last_check());
  }
  if (::ioctl(tap.get(), TUNSETPERSIST, 1) < 0)
    return fail(errno_error(errno, what));
  return ok();
}

Result<> delete_own_tap(const IfName& name, std::uint32_t index) {
  const std::string what = "cannot delete TAP " + name.str();
  TRY(auto tap, open_tap_queue(name, k_as_vde_switch_does, what));
  TRY(auto found, tap_index(tap.get(), name));
  if (found != index)
    return fail(Error{ErrorKind::conflict, what, "another device has taken its name", {}});
  if (::ioctl(tap.get(), TUNSETPERSIST, 0) < 0)
    return fail(errno_error(errno, what));
  return ok();
}

} // namespace vdeup::kernel
