#include "kernel/wifi.hpp"

#include "kernel/message_builder.hpp"

#include <linux/genetlink.h>
#include <linux/nl80211.h>

namespace vdeup::kernel {
namespace {

constexpr const char* k_cannot_list_wifi = "cannot list the Wi-Fi interfaces";

template <class T, class Parse>
Result<std::vector<T>> list_generic(Netlink& netlink, int family, std::uint8_t command, Parse parse) {
  const genlmsghdr header{.cmd = command, .version = 1, .reserved = 0};
  return dump<T>(netlink, family, header, parse, k_cannot_list_wifi);
}

/// The attributes of an answer to this command; nothing if it is another one.
template <std::size_t most>
std::optional<AttributeTable<most>> parse(const nlmsghdr& message, std::uint8_t command) {
  auto found = parse_message<most, genlmsghdr>(message);
  return found && header_of<genlmsghdr>(message).cmd == command ? found : std::nullopt;
}

} // namespace

std::optional<std::string> parse_wifi_station(const nlmsghdr& message) {
  const auto found = parse<NL80211_ATTR_MAX>(message, NL80211_CMD_NEW_INTERFACE);
  if (!found)
    return std::nullopt;
  const auto type = number_of<std::uint32_t>((*found)[NL80211_ATTR_IFTYPE]);
  const auto four_addresses = number_of<std::uint8_t>((*found)[NL80211_ATTR_4ADDR]);
  std::string name = text_of((*found)[NL80211_ATTR_IFNAME]);
  if (type != NL80211_IFTYPE_STATION || four_addresses.value_or(0) != 0 || name.empty())
    return std::nullopt; // without a name: a device that is not a network interface (P2P)
  return name;
}

std::optional<int> parse_family_number(const nlmsghdr& message, const std::string& name) {
  const auto found = parse<CTRL_ATTR_MAX>(message, CTRL_CMD_NEWFAMILY);
  const auto number = found ? number_of<std::uint16_t>((*found)[CTRL_ATTR_FAMILY_ID]) : std::nullopt;
  if (!number || text_of((*found)[CTRL_ATTR_FAMILY_NAME]) != name)
    return std::nullopt;
  return *number;
}

// iw dev
Result<std::vector<std::string>> list_wifi_stations() {
  auto netlink = Netlink::open(NETLINK_GENERIC);
  if (!netlink && netlink.error().kind() == ErrorKind::missing)
    return std::vector<std::string>{};
  TRY(auto socket, std::move(netlink));
  const auto parse = [](const nlmsghdr& answer) { return parse_family_number(answer, NL80211_GENL_NAME); };
  // To ask for one family by its name would load its module.
  TRY(auto numbers, list_generic<int>(socket, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, parse));
  if (numbers.empty())
    return std::vector<std::string>{};
  return list_generic<std::string>(socket, numbers.front(), NL80211_CMD_GET_INTERFACE, parse_wifi_station);
}

} // namespace vdeup::kernel
