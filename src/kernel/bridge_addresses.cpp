#include "kernel/bridge_addresses.hpp"

#include "kernel/attributes.hpp"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace vdeup::kernel {
namespace {

constexpr std::uint32_t k_not_ready = IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED;

template <class Array>
std::optional<IpAddress> to_address(Bytes bytes) {
  Array array{};
  if (bytes.size() != array.size())
    return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), array.begin());
  return IpAddress{array};
}

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
  const Bytes own = bytes_of((*found)[(*found)[IFA_LOCAL] != nullptr ? IFA_LOCAL : IFA_ADDRESS]);
  return info.ifa_family == AF_INET6 ? to_address<IpAddress::Bytes6>(own)
                                     : to_address<IpAddress::Bytes4>(own);
}

// ip address show dev NAME
Result<std::vector<IpAddress>> list_addresses(Netlink& netlink, std::uint32_t index) {
  const Message message = make_message(RTM_GETADDR, NLM_F_DUMP);
  ifaddrmsg info{};
  info.ifa_family = AF_UNSPEC;
  (void)nlmsg_append(message.get(), &info, sizeof(info), NLMSG_ALIGNTO);
  const auto parse = [index](const nlmsghdr& answer) { return parse_address(answer, index); };
  return netlink.list<IpAddress>(message, parse, "cannot list the addresses of a bridge");
}

} // namespace vdeup::kernel
