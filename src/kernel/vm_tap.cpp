#include "kernel/vm_tap.hpp"

#include "kernel/links.hpp"
#include "kernel/tap.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <cerrno>

namespace vdeup::kernel {
namespace {

constexpr unsigned k_max_names = 4096;
constexpr short k_for_a_vm = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
constexpr short k_multi_queue = IFF_MULTI_QUEUE;
constexpr short k_exclusive = static_cast<short>(IFF_TUN_EXCL);

/// A device with several queues lets in whoever opens it under its name, as long as it has no owner: the
/// kernel asks for no right then. Root's is open to root and to CAP_NET_ADMIN.
Result<> keep_others_out(const engine::VmTap& tap, const std::string& what) {
  if (::ioctl(tap.queues.front().get(), TUNSETOWNER, uid_t{0}) < 0)
    return fail(errno_error(errno, what));
  return ok();
}

/// The first queue makes the device, under the first `tapN` that is free at that moment.
Result<engine::VmTap> create(short flags, const std::string& what) {
  for (unsigned number = 0; number < k_max_names; ++number) {
    TRY(auto name, IfName::parse(fmt::format("tap{}", number)));
    auto fd = open_tap_queue(name, static_cast<short>(flags | k_exclusive), what);
    if (!fd && fd.error().kind() == ErrorKind::conflict)
      continue;
    if (!fd)
      return fail(std::move(fd).error());
    TRY(auto queue, move_above(std::move(fd).value(), engine::VmTap::k_lowest_fd));
    engine::VmTap tap{std::move(name), {}, {}};
    tap.queues.push_back(std::move(queue));
    TRY(keep_others_out(tap, what));
    return tap;
  }
  return fail(Error{ErrorKind::failed, what, "all names are taken", {}});
}

/// Who was faster than keep_others_out() has a queue. It is not on a bridge yet, and is taken from him.
Result<> check_is_alone(Netlink& netlink, const engine::VmTap& tap, std::uint32_t index,
                        const std::string& what) {
  TRY(auto link, find_link(netlink, index));
  if (link && (!link->is_multi_queue || link->tun_queues == tap.queues.size()))
    return ok();
  (void)delete_link(netlink, index, what); // the error is the other one
  return fail(Error{
      ErrorKind::conflict, what, fmt::format("another process has taken a queue of {}", tap.name.str()), {}});
}

/// Open /dev/vhost-net once for each queue. Where that does not go, QEMU copies the frames itself, which is
/// slower and not wrong.
std::vector<UniqueFd> open_vhost(std::size_t queues) {
  std::vector<UniqueFd> vhost;
  for (std::size_t i = 0; i < queues; ++i) {
    UniqueFd fd{::open("/dev/vhost-net", O_RDWR | O_CLOEXEC)};
    if (!fd)
      return {};
    auto kept = move_above(std::move(fd), engine::VmTap::k_lowest_fd);
    if (!kept)
      return {};
    vhost.push_back(std::move(kept).value());
  }
  return vhost;
}

} // namespace

Result<engine::VmTap> KernelLane::open_tap(const VmTapPlan& plan) {
  const std::string what = fmt::format("cannot make a TAP for {}", plan.mark.vm_name);
  TRY(auto netlink, Netlink::open());
  TRY(auto bridge, find_link(netlink, plan.bridge));
  if (!bridge)
    return fail(Error{ErrorKind::conflict, what, fmt::format("{} is gone", plan.bridge.str()), {}});
  TRY(m_checks->check(plan, *bridge));
  if (!bridge->is_bridge())
    return fail(Error{ErrorKind::conflict, what, fmt::format("{} is no bridge", plan.bridge.str()), {}});
  const short flags = static_cast<short>(k_for_a_vm | (plan.queues > 1 ? k_multi_queue : 0));
  TRY(auto tap, create(flags, what));
  while (tap.queues.size() < plan.queues) {
    TRY(auto fd, open_tap_queue(tap.name, flags, what));
    TRY(auto queue, move_above(std::move(fd), engine::VmTap::k_lowest_fd));
    tap.queues.push_back(std::move(queue));
  }
  TRY(auto index, tap_index(tap.queues.front().get(), tap.name));
  TRY(check_is_alone(netlink, tap, index, what));
  TRY(change_link(
      netlink, index,
      {.mtu = plan.mtu, .mac = high_address(), .alias = plan.mark.text(), .no_ipv6_address = true}, what));
  TRY(m_checks->check_created(plan)); // before it becomes a port
  // Up last: udev and others who watch see a device that is whole.
  TRY(change_link(netlink, index, {.master = bridge->index}, what));
  TRY(change_link(netlink, index, {.up = true}, what));
  tap.vhost = open_vhost(tap.queues.size());
  return tap;
}

} // namespace vdeup::kernel
