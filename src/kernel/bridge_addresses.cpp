#include "kernel/bridge_addresses.hpp"

#include "kernel/message_builder.hpp"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

namespace vdeup::kernel {
namespace {

constexpr std::uint32_t k_not_ready = IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED;

} // namespace

std::optional<IpAddress> parse_address(const nlmsghdr& message, std::uint32_t index) {
  const auto found = parse_message<IFA_MAX, ifaddrmsg>(message);
  if (message.nlmsg_type != RTM_NEWADDR || !found)
    return std::nullopt;
  const auto& info = header_of<ifaddrmsg>(message);
  const std::uint32_t flags = number_of<std::uint32_t>((*found)[IFA_FLAGS]).value_or(info.ifa_flags);
  if (info.ifa_index != index || (flags & k_not_ready) != 0)
    return std::nullopt;
  // Where an address has a peer, IFA_ADDRESS is the peer's.
  return ip_address_of((*found)[(*found)[IFA_LOCAL] != nullptr ? IFA_LOCAL : IFA_ADDRESS]);
}

// ip address show dev NAME
Result<std::vector<IpAddress>> list_addresses(Netlink& netlink, std::uint32_t index) {
  const auto parse = [index](const nlmsghdr& answer) { return parse_address(answer, index); };
  return dump<IpAddress>(netlink, RTM_GETADDR, ifaddrmsg{}, parse, "cannot list the addresses of a bridge");
}

} // namespace vdeup::kernel
