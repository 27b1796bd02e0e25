#include "model/route.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace vdeup {
namespace {

std::string table_name(std::uint32_t number) {
  switch (number) {
  case 253:
    return "default";
  case 254:
    return "main";
  case 255:
    return "local";
  default:
    return fmt::format("{}", number);
  }
}

std::string protocol_name(std::uint32_t number) {
  constexpr std::array<std::pair<std::uint32_t, std::string_view>, 6> names{
      {{2, "kernel"}, {3, "boot"}, {4, "static"}, {9, "ra"}, {16, "dhcp"}, {1, "redirect"}}};
  for (const auto& [value, name] : names)
    if (value == number)
      return std::string{name};
  return fmt::format("{}", number);
}

std::string describe(const NextHop& hop) {
  std::string text;
  if (hop.gateway)
    text += " via " + hop.gateway->str();
  if (hop.interface != 0)
    text += fmt::format(" dev #{}", hop.interface);
  if (hop.on_link)
    text += " onlink";
  if (hop.weight != 0)
    text += fmt::format(" weight {}", hop.weight + 1U);
  return text + describe(hop.others);
}

} // namespace

bool Route::has_gateway() const {
  constexpr std::uint16_t via = 18; // RTA_VIA: an IPv6 gateway of an IPv4 route
  return std::any_of(next_hops.begin(), next_hops.end(), [](const NextHop& hop) {
    return hop.gateway || std::any_of(hop.others.begin(), hop.others.end(),
                                      [](const RawAttribute& other) { return other.type == via; });
  });
}

bool Route::is_from_a_router() const {
  constexpr std::uint8_t kernel = 2; // RTPROT_KERNEL: to a prefix
  constexpr std::uint8_t router_advertisement = 9;
  return is_ip6() && expires != 0 && (protocol == kernel || protocol == router_advertisement);
}

std::string describe_without_lifetimes(const Route& route) {
  std::string text = route.destination.str();
  if (route.source)
    text += " from " + route.source->str();
  for (const NextHop& hop : route.next_hops)
    text += (route.next_hops.size() > 1 ? " nexthop" : "") + describe(hop);
  text += fmt::format(" table {} proto {} scope {}", table_name(route.table), protocol_name(route.protocol),
                      scope_name(route.scope));
  if (route.type != 1)
    text += fmt::format(" type {}", route.type);
  if (route.tos != 0)
    text += fmt::format(" tos {:#x}", route.tos);
  if (route.metric != 0)
    text += fmt::format(" metric {}", route.metric);
  if (route.preferred_source)
    text += " src " + route.preferred_source->str();
  if (route.next_hop)
    text += fmt::format(" nhid {}", *route.next_hop);
  return text + describe(route.others);
}

std::string describe(const Route& route) {
  return describe_without_lifetimes(route) +
         (route.expires == 0 ? "" : fmt::format(" expires {} s", route.expires));
}

std::string describe(const RoutingRule& rule) {
  return fmt::format("{} {}{}{} table {} action {} lengths {} {} tos {} flags {}{}",
                     rule.is_ip6 ? "ipv6" : "ipv4", rule.priority, rule.names_input ? " iif" : "",
                     rule.names_output ? " oif" : "", rule.table, rule.action, rule.source_length,
                     rule.destination_length, rule.tos, rule.flags, describe(rule.others));
}

} // namespace vdeup
