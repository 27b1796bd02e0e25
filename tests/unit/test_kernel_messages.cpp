// What the kernel room makes of messages about links, addresses and Wi-Fi, also of those that no kernel
// should send. What a healthy kernel sends is in tests/kernel/.

#include "kernel/bridge_watch.hpp"
#include "kernel/link_message.hpp"
#include "kernel/wifi.hpp"
#include "unit/netlink_bytes.hpp"

#include <linux/genetlink.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/nl80211.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

using namespace netlink_bytes;
using namespace vdeup;
using namespace vdeup::kernel;

namespace {

struct Interface {
  std::uint32_t type = NL80211_IFTYPE_STATION;
  bool four_addresses = false;
  const char* name = "wlan0";
  std::uint8_t command = NL80211_CMD_NEW_INTERFACE;
};

Message wifi_message(const Interface& interface) {
  Message message = message_of(28, genlmsghdr{.cmd = interface.command, .version = 1, .reserved = 0});
  put_number(message, NL80211_ATTR_IFINDEX, 3);
  if (interface.name != nullptr)
    put_text(message, NL80211_ATTR_IFNAME, interface.name);
  put_number(message, NL80211_ATTR_IFTYPE, interface.type);
  REQUIRE(nla_put_u8(message.get(), NL80211_ATTR_4ADDR, interface.four_addresses ? 1 : 0) == 0);
  return message;
}

std::optional<std::string> station_of(const Interface& interface) {
  return parse_wifi_station(*nlmsg_hdr(wifi_message(interface).get()));
}

} // namespace

TEST_CASE("parse_wifi_station: names stations that can send with one address only", "[kernel]") {
  CHECK(station_of({}) == "wlan0");
  CHECK_FALSE(station_of({.four_addresses = true}));
  CHECK_FALSE(station_of({.type = NL80211_IFTYPE_AP}));
  CHECK_FALSE(station_of({.type = NL80211_IFTYPE_P2P_DEVICE, .name = nullptr}));
  CHECK_FALSE(station_of({.name = nullptr}));
  CHECK_FALSE(station_of({.command = NL80211_CMD_DEL_INTERFACE}));
  parse_all_beginnings(wifi_message({}), parse_wifi_station);
}

TEST_CASE("parse_family_number: finds a family by its whole name", "[kernel]") {
  const Message message =
      message_of(GENL_ID_CTRL, genlmsghdr{.cmd = CTRL_CMD_NEWFAMILY, .version = 2, .reserved = 0});
  put_text(message, CTRL_ATTR_FAMILY_NAME, "nl80211");
  REQUIRE(nla_put_u16(message.get(), CTRL_ATTR_FAMILY_ID, 28) == 0);
  const nlmsghdr& header = *nlmsg_hdr(message.get());
  CHECK(parse_family_number(header, "nl80211") == 28);
  CHECK_FALSE(parse_family_number(header, "nl8021"));
  CHECK_FALSE(parse_family_number(header, "nl80211x"));
  parse_all_beginnings(message, [](const nlmsghdr& cut) { return parse_family_number(cut, "nl80211"); });
}

TEST_CASE("parse_link: counts what has come in and gone out, and nothing where the kernel says nothing",
          "[kernel]") {
  Message message = message_of(RTM_NEWLINK, ifinfomsg{});
  put_text(message, IFLA_IFNAME, "tap0");
  CHECK(parse_link(*nlmsg_hdr(message.get()))->counters == LinkCounters{});
  rtnl_link_stats64 stats{};
  stats.rx_packets = 1;
  stats.rx_bytes = 2;
  stats.tx_packets = 3;
  stats.tx_bytes = 5'000'000'000;
  REQUIRE(nla_put(message.get(), IFLA_STATS64, sizeof(stats), &stats) == 0);
  CHECK(parse_link(*nlmsg_hdr(message.get()))->counters == LinkCounters{1, 2, 3, 5'000'000'000});
  parse_all_beginnings(message, parse_link);
}

TEST_CASE("parse_link: a port's state is the kernel's, and one that does not exist is none", "[kernel]") {
  const auto message_with = [](const char* kind, const std::vector<std::uint8_t>& state) {
    Message message = message_of(RTM_NEWLINK, ifinfomsg{});
    put_text(message, IFLA_IFNAME, "tap0");
    nest(message, IFLA_LINKINFO, [&] {
      put_text(message, IFLA_INFO_SLAVE_KIND, kind);
      nest(message, IFLA_INFO_SLAVE_DATA, [&] {
        REQUIRE(nla_put(message.get(), IFLA_BRPORT_STATE, static_cast<int>(state.size()), state.data()) == 0);
      });
    });
    return message;
  };
  const auto state_of = [&](const char* kind, const std::vector<std::uint8_t>& state) {
    const auto link = parse_link(*nlmsg_hdr(message_with(kind, state).get()));
    REQUIRE(link);
    return link->port_state;
  };
  CHECK(state_of("bridge", {BR_STATE_DISABLED}) == PortState::disabled);
  CHECK(state_of("bridge", {BR_STATE_LISTENING}) == PortState::listening);
  CHECK(state_of("bridge", {BR_STATE_LEARNING}) == PortState::learning);
  CHECK(state_of("bridge", {BR_STATE_FORWARDING}) == PortState::forwarding);
  CHECK(state_of("bridge", {BR_STATE_BLOCKING}) == PortState::blocking);
  CHECK_FALSE(state_of("bridge", {5}));
  CHECK_FALSE(state_of("bridge", {}));
  CHECK_FALSE(state_of("bond", {BR_STATE_FORWARDING}));
  parse_all_beginnings(message_with("bridge", {BR_STATE_FORWARDING}), parse_link);
}

TEST_CASE("parse_neighbour: takes what a bridge has learnt, and not what it was told", "[kernel]") {
  const auto message_with = [](std::uint8_t family, std::uint16_t state,
                               const std::vector<std::uint8_t>& mac) {
    ndmsg header{};
    header.ndm_family = family;
    header.ndm_state = state;
    Message message = message_of(RTM_NEWNEIGH, header);
    REQUIRE(nla_put(message.get(), NDA_LLADDR, static_cast<int>(mac.size()), mac.data()) == 0);
    put_number(message, NDA_MASTER, 7);
    return message;
  };
  const auto is_learnt = [&](std::uint8_t family, std::uint16_t state, const std::vector<std::uint8_t>& mac) {
    const auto learnt = parse_neighbour(*nlmsg_hdr(message_with(family, state, mac).get()));
    return learnt && learnt->bridge == 7 && learnt->mac.str() == "52:54:00:00:00:07";
  };
  const std::vector<std::uint8_t> mac{0x52, 0x54, 0, 0, 0, 7};
  CHECK(is_learnt(AF_BRIDGE, NUD_REACHABLE, mac));
  CHECK(is_learnt(AF_BRIDGE, NUD_STALE, mac));
  CHECK_FALSE(is_learnt(AF_BRIDGE, NUD_PERMANENT, mac));
  CHECK_FALSE(is_learnt(AF_BRIDGE, NUD_NOARP, mac));
  CHECK_FALSE(is_learnt(AF_INET, NUD_REACHABLE, mac));
  CHECK_FALSE(is_learnt(AF_BRIDGE, NUD_REACHABLE, {0x52, 0x54, 0, 0, 0}));
  parse_all_beginnings(message_with(AF_BRIDGE, NUD_REACHABLE, mac), parse_neighbour);
}
