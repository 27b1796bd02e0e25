#include "kernel/bridge_watch.hpp"

#include "kernel/message_builder.hpp"

#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace vdeup::kernel {
namespace {

constexpr const char* k_cannot_watch = "cannot watch what a bridge learns";
constexpr std::size_t k_largest_announcement = 32'768; // what the kernel itself allows for (NLMSG_GOODSIZE)
constexpr int k_max_events = 256;                      // then look at the clock again

} // namespace

std::optional<LearntNeighbour> parse_neighbour(const nlmsghdr& message) {
  const auto found = parse_message<NDA_MAX, ndmsg>(message);
  if (message.nlmsg_type != RTM_NEWNEIGH || !found)
    return std::nullopt;
  const auto& info = header_of<ndmsg>(message);
  const auto mac = mac_of((*found)[NDA_LLADDR]);
  const auto bridge = number_of<std::uint32_t>((*found)[NDA_MASTER]);
  // NUD_PERMANENT: the ports' own; NUD_NOARP: set by hand.
  if (info.ndm_family != AF_BRIDGE || (info.ndm_state & (NUD_PERMANENT | NUD_NOARP)) != 0 || !bridge || !mac)
    return std::nullopt;
  return LearntNeighbour{.mac = *mac, .bridge = *bridge};
}

Result<std::unique_ptr<KernelBridgeWatch>> KernelBridgeWatch::open(std::uint32_t bridge) {
  TRY(auto netlink, Netlink::open());
  UniqueFd events{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE)};
  if (!events)
    return fail(errno_error(errno, k_cannot_watch));
  // A socket without an address of its own has the kernel's, and is passed over as the sender.
  sockaddr_nl own{};
  own.nl_family = AF_NETLINK;
  const int group = RTNLGRP_NEIGH;
  if (::bind(events.get(), reinterpret_cast<const sockaddr*>(&own), sizeof(own)) < 0 ||
      ::setsockopt(events.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
    return fail(errno_error(errno, k_cannot_watch));
  return std::make_unique<KernelBridgeWatch>(std::move(netlink), std::move(events), bridge);
}

Result<bool> KernelBridgeWatch::wait_for(const MacAddress& source, const Deadline& deadline) {
  TRY(auto is_there, has_learnt(source));
  while (!is_there) {
    pollfd waiting{.fd = m_events.get(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&waiting, 1, deadline.poll_timeout());
    if (ready < 0 && errno != EINTR)
      return fail(errno_error(errno, k_cannot_watch));
    if (ready > 0) {
      TRY(auto heard, hear_of(source));
      is_there = heard;
    }
    if (!is_there && deadline.is_over())
      return false;
  }
  return true;
}

// bridge fdb show br NAME
Result<bool> KernelBridgeWatch::has_learnt(const MacAddress& source) {
  ifinfomsg info{}; // and not an ndmsg: only so does the kernel take the bridge from the attribute
  info.ifi_family = AF_BRIDGE;
  MessageBuilder builder{RTM_GETNEIGH, NLM_F_DUMP, info};
  builder.put(IFLA_MASTER, m_bridge);
  const auto parse = [&](const nlmsghdr& answer) {
    return is_wanted(answer, source) ? std::optional{true} : std::nullopt;
  };
  TRY(auto found, m_netlink.list<bool>(builder.message(), parse, k_cannot_watch));
  return !found.empty();
}

/// Read the announcements that wait, and say whether the wanted one is among them.
Result<bool> KernelBridgeWatch::hear_of(const MacAddress& source) {
  alignas(nlmsghdr) std::array<std::uint8_t, k_largest_announcement> buffer{};
  for (int i = 0; i < k_max_events; ++i) {
    sockaddr_nl from{};
    socklen_t from_size = sizeof(from);
    const ssize_t size = ::recvfrom(m_events.get(), buffer.data(), buffer.size(), 0,
                                    reinterpret_cast<sockaddr*>(&from), &from_size);
    if (size < 0 && errno == ENOBUFS) // some were lost: look instead
      return has_learnt(source);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
      return false;
    if (size < 0)
      return fail(errno_error(errno, k_cannot_watch));
    if (from.nl_pid != 0)
      continue; // from a process that plays the kernel
    int left = static_cast<int>(size);
    for (auto* message = reinterpret_cast<nlmsghdr*>(buffer.data()); nlmsg_ok(message, left) != 0;
         message = nlmsg_next(message, &left))
      if (is_wanted(*message, source))
        return true;
  }
  return false;
}

bool KernelBridgeWatch::is_wanted(const nlmsghdr& message, const MacAddress& source) const {
  const auto learnt = parse_neighbour(message);
  return learnt && learnt->bridge == m_bridge && learnt->mac == source;
}

} // namespace vdeup::kernel
