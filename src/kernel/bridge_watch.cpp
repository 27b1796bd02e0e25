#include "kernel/bridge_watch.hpp"

#include "kernel/message_builder.hpp"

#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>

namespace vdeup::kernel {
namespace {

constexpr const char* k_cannot_watch = "cannot watch what a bridge learns";

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
  TRY(auto events, KernelEvents::open(RTMGRP_NEIGH, k_cannot_watch));
  return std::make_unique<KernelBridgeWatch>(std::move(netlink), std::move(events), bridge);
}

Result<bool> KernelBridgeWatch::wait_for(const MacAddress& source, const Deadline& deadline) {
  const auto waited = m_events.wait_until([&] { return has_learnt(source); }, deadline);
  if (!waited && waited.error().kind() != ErrorKind::timed_out)
    return fail(waited.error());
  return waited.has_value();
}

// bridge fdb show br NAME
Result<bool> KernelBridgeWatch::has_learnt(const MacAddress& source) {
  ifinfomsg info{}; // and not an ndmsg: only so does the kernel take the bridge from the attribute
  info.ifi_family = AF_BRIDGE;
  MessageBuilder builder{RTM_GETNEIGH, NLM_F_DUMP, info};
  builder.put(IFLA_MASTER, m_bridge);
  TRY(auto learnt, m_netlink.list<LearntNeighbour>(builder.message(), parse_neighbour, k_cannot_watch));
  return std::any_of(learnt.begin(), learnt.end(),
                     [&](const LearntNeighbour& one) { return one.bridge == m_bridge && one.mac == source; });
}

} // namespace vdeup::kernel
