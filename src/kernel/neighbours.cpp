#include "kernel/neighbours.hpp"

#include <fmt/format.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace vdeup::kernel {
namespace {

using State = Neighbour::State;

std::optional<State> to_state(std::uint16_t state) {
  if ((state & NUD_PERMANENT) != 0)
    return State::permanent;
  if ((state & NUD_NOARP) != 0)
    return State::no_arp;
  if ((state & NUD_REACHABLE) != 0)
    return State::reachable;
  return (state & (NUD_STALE | NUD_DELAY | NUD_PROBE)) != 0 ? std::optional{State::stale} : std::nullopt;
}

std::uint16_t to_number(State state) {
  switch (state) {
  case State::permanent:
    return NUD_PERMANENT;
  case State::no_arp:
    return NUD_NOARP;
  case State::reachable:
    return NUD_REACHABLE;
  case State::stale:
    break;
  }
  return NUD_STALE;
}

MessageBuilder neighbour_message(int type, int flags, std::uint32_t index, const Neighbour& neighbour) {
  ndmsg info{};
  info.ndm_family = neighbour.address.is_ip6() ? AF_INET6 : AF_INET;
  info.ndm_ifindex = static_cast<int>(index);
  info.ndm_state = to_number(neighbour.state);
  info.ndm_flags = static_cast<std::uint8_t>(neighbour.flags | (neighbour.is_proxy ? NTF_PROXY : 0));
  MessageBuilder builder{type, flags, info};
  builder.put(NDA_DST, neighbour.address);
  if (type == RTM_NEWNEIGH && neighbour.mac)
    builder.put(NDA_LLADDR, Bytes{neighbour.mac->bytes()});
  if (type == RTM_NEWNEIGH && neighbour.protocol != 0)
    builder.put(NDA_PROTOCOL, neighbour.protocol);
  return builder;
}

std::string what_of(const char* verb, const Neighbour& neighbour, const Device& device) {
  return fmt::format("cannot {} the neighbour {} of {}", verb, neighbour.address.str(), device.name.str());
}

/// The kernel lists those that we answer for only when it is asked for just them.
Result<std::vector<Neighbour>> list_some(Netlink& netlink, const Device& device, bool proxies) {
  ndmsg info{};
  info.ndm_flags = proxies ? NTF_PROXY : 0;
  const auto parse = [&device](const nlmsghdr& answer) { return parse_ip_neighbour(answer, device); };
  return dump<Neighbour>(netlink, RTM_GETNEIGH, info, parse,
                         "cannot list the neighbours of " + device.name.str());
}

} // namespace

std::optional<Neighbour> parse_ip_neighbour(const nlmsghdr& message, const Device& device) {
  const auto found = parse_message<NDA_MAX, ndmsg>(message);
  if (message.nlmsg_type != RTM_NEWNEIGH || !found)
    return std::nullopt;
  const auto& info = header_of<ndmsg>(message);
  const auto address = ip_address_of((*found)[NDA_DST]);
  const auto state = to_state(info.ndm_state);
  const bool is_proxy = (info.ndm_flags & NTF_PROXY) != 0;
  const auto mac = mac_of((*found)[NDA_LLADDR]);
  if ((info.ndm_family != AF_INET && info.ndm_family != AF_INET6) || !address ||
      static_cast<std::uint32_t>(info.ndm_ifindex) != device.index || (!is_proxy && (!state || !mac)))
    return std::nullopt;
  const Neighbour neighbour{.address = *address,
                            .mac = mac,
                            .state = is_proxy ? State::permanent : *state,
                            .flags = static_cast<std::uint8_t>(info.ndm_flags & ~NTF_PROXY),
                            .protocol = number_of<std::uint8_t>((*found)[NDA_PROTOCOL]).value_or(0),
                            .is_proxy = is_proxy};
  // What the kernel works out from the address, of groups and broadcasts, it works out again.
  if (!is_proxy && neighbour.state == State::no_arp && mac->is_multicast())
    return std::nullopt;
  return neighbour;
}

// ip neighbour show dev NAME; ip neighbour show proxy dev NAME
Result<std::vector<Neighbour>> list_neighbours(Netlink& netlink, const Device& device) {
  TRY(auto all, list_some(netlink, device, false));
  TRY(auto proxies, list_some(netlink, device, true));
  all.insert(all.end(), proxies.begin(), proxies.end());
  return all;
}

// ip neighbour replace … dev NAME
Result<> add_neighbours(Netlink& netlink, const Device& device, const std::vector<Neighbour>& neighbours) {
  for (auto next = neighbours.begin(); next != neighbours.end(); ++next) {
    auto added = neighbour_message(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, device.index, *next)
                     .request(netlink, what_of("add", *next, device));
    if (added || !next->is_set_by_hand())
      continue;
    (void)remove_neighbours(netlink, device,
                            {neighbours.begin(), next}); // a step that failed has changed nothing
    return added;
  }
  return ok();
}

// ip neighbour delete … dev NAME
Result<> remove_neighbours(Netlink& netlink, const Device& device, const std::vector<Neighbour>& neighbours) {
  for (const Neighbour& neighbour : neighbours) {
    const auto removed = neighbour_message(RTM_DELNEIGH, 0, device.index, neighbour)
                             .request(netlink, what_of("remove", neighbour, device));
    TRY(tolerate(removed, ErrorKind::missing));
  }
  return ok();
}

} // namespace vdeup::kernel
