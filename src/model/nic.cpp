#include "model/nic.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

namespace vdeup {
namespace {

constexpr std::uint32_t k_clock_slack = 2; // seconds: two clocks are rounded, and the snapshot takes a moment

/// What a number is called, or the number.
template <std::size_t size>
std::string named(const std::array<std::pair<std::uint32_t, std::string_view>, size>& names,
                  std::uint32_t number) {
  for (const auto& [value, name] : names)
    if (value == number)
      return std::string{name};
  return fmt::format("{}", number);
}

std::string table_name(std::uint32_t number) {
  constexpr std::array<std::pair<std::uint32_t, std::string_view>, 3> names{
      {{253, "default"}, {254, "main"}, {255, "local"}}};
  return named(names, number);
}

std::string protocol_name(std::uint32_t number) {
  constexpr std::array<std::pair<std::uint32_t, std::string_view>, 6> names{
      {{2, "kernel"}, {3, "boot"}, {4, "static"}, {9, "ra"}, {16, "dhcp"}, {1, "redirect"}}};
  return named(names, number);
}

std::string scope_name(std::uint32_t number) {
  constexpr std::array<std::pair<std::uint32_t, std::string_view>, 4> names{
      {{0, "global"}, {200, "site"}, {253, "link"}, {254, "host"}}};
  return named(names, number);
}

std::string hex(const std::vector<std::uint8_t>& bytes) {
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

std::string list(const std::vector<RawAttribute>& attributes) {
  std::string text;
  for (const RawAttribute& attribute : attributes)
    text += fmt::format(" attribute {}={}", attribute.type, hex(attribute.bytes));
  return text;
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
  return text + list(hop.others);
}

/// Lifetimes apart: they run.
std::string describe_lasting(const InterfaceAddress& address) {
  std::string text = address.local.str();
  if (address.peer)
    text += " peer " + address.peer->str();
  if (address.broadcast)
    text += " broadcast " + address.broadcast->str();
  text += " scope " + scope_name(address.scope);
  if (!address.label.empty())
    text += " label " + printable(address.label);
  if (address.flags != 0)
    text += fmt::format(" flags {:#x}", address.flags);
  if (address.route_metric != 0)
    text += fmt::format(" metric {}", address.route_metric);
  if (address.protocol != 0)
    text += fmt::format(" proto {}", address.protocol);
  return text;
}

std::string describe_lasting(const Route& route) {
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
  return text + list(route.others);
}

std::string place_text(Route::Place place) {
  switch (place) {
  case Route::Place::alone:
    break;
  case Route::Place::first:
    return " (before another interface's)";
  case Route::Place::behind:
    return " (behind another interface's)";
  }
  return {};
}

/// A lifetime as the moment of its end, so that two that were read at different times compare.
std::uint64_t end_of(std::uint32_t lifetime, std::uint32_t never, std::uint64_t now) {
  return lifetime == never ? ~std::uint64_t{0} : now + lifetime;
}

std::string end_text(std::uint64_t end) {
  return end == ~std::uint64_t{0} ? "never" : fmt::format("{} s", end);
}

bool is_close(std::uint64_t one, std::uint64_t other) {
  return (one > other ? one - other : other - one) <= k_clock_slack;
}

/// A line of a snapshot: a text, and ends of lifetimes, which are compared with some slack.
struct Line {
  std::string text;
  std::array<std::uint64_t, 2> ends{};

  bool operator==(const Line& other) const {
    return text == other.text && is_close(ends[0], other.ends[0]) && is_close(ends[1], other.ends[1]);
  }
};

/// In an order of our own: the kernel lists them by a hash that is another one for each interface.
std::vector<std::string> neighbours_set_by_hand(const NicSnapshot& nic) {
  std::vector<std::string> texts;
  for (const Neighbour& neighbour : nic.neighbours)
    if (neighbour.is_set_by_hand())
      texts.push_back("neighbour " + describe(neighbour));
  std::sort(texts.begin(), texts.end());
  return texts;
}

/// What is compared without regard to its end: a router sets it anew with each word.
Line line_of(const InterfaceAddress& address, std::uint64_t now) {
  Line line{"address " + describe_lasting(address)};
  if (!address.is_from_a_router())
    line.ends = {end_of(address.valid, k_forever, now), end_of(address.preferred, k_forever, now)};
  return line;
}

Line line_of(const Route& route, std::uint64_t now) {
  Line line{"route " + describe_lasting(route) + place_text(route.place)};
  if (!route.is_from_a_router())
    line.ends = {end_of(route.expires, 0, now)};
  return line;
}

/// The routers that told that they are some. One can be there twice, by the kernel's hand and by ours, with
/// two metrics (nicmove/moved_routes.hpp); the other attributes are the router's to change.
std::vector<std::string> advertised_routers(const NicSnapshot& nic) {
  std::set<std::string> texts;
  for (Route route : nic.routes)
    if (route.is_advertised_default()) {
      route.metric = 0;
      route.others.clear();
      texts.insert("route " + describe_lasting(route));
    }
  return {texts.begin(), texts.end()};
}

/// The same without what has ended at a later moment, and without these addresses.
NicSnapshot without_what_passes(NicSnapshot nic, std::uint64_t now, const std::vector<IpPrefix>& temporary) {
  std::erase_if(nic.addresses, [&](const InterfaceAddress& address) {
    return end_of(address.valid, k_forever, nic.taken_at) <= now ||
           std::find(temporary.begin(), temporary.end(), address.local) != temporary.end();
  });
  std::erase_if(nic.routes,
                [&](const Route& route) { return end_of(route.expires, 0, nic.taken_at) <= now; });
  return nic;
}

void list_temporary(const NicSnapshot& nic, std::vector<IpPrefix>& temporary) {
  for (const InterfaceAddress& address : nic.addresses)
    if (address.is_temporary())
      temporary.push_back(address.local);
}

std::vector<Line> lines_of(const NicSnapshot& nic) {
  std::vector<Line> lines;
  const auto add = [&lines](std::string text) { lines.push_back({std::move(text)}); };
  add(fmt::format("link {} {} {} mtu {} {}{} qdisc {}", nic.index, printable(nic.kind), nic.mac.str(),
                  nic.mtu, nic.is_up ? "up" : "down", nic.master ? " master " + nic.master->str() : "",
                  printable(nic.qdisc)));
  for (const IfName& port : nic.ports)
    add("port " + port.str());
  for (const InterfaceAddress& address : nic.addresses)
    lines.push_back(line_of(address, nic.taken_at));
  for (const Route& route : nic.routes)
    if (!route.is_advertised_default())
      lines.push_back(line_of(route, nic.taken_at));
  for (std::string& router : advertised_routers(nic))
    add(std::move(router));
  for (const RoutingRule& rule : nic.rules)
    add("rule " + describe(rule));
  for (std::string& neighbour : neighbours_set_by_hand(nic))
    add(std::move(neighbour));
  for (const Setting& setting : nic.settings)
    add("setting " + describe(setting));
  return lines;
}

/// Lines of `these` that `those` lack; a line that is there twice has to be there twice.
std::string lines_missing(const std::vector<Line>& these, std::vector<Line> those, std::string_view sign) {
  std::string text;
  for (const Line& line : these) {
    const auto same = std::find(those.begin(), those.end(), line);
    if (same != those.end())
      those.erase(same);
    else
      text += fmt::format("{} {}{}\n", sign, line.text,
                          line.ends[0] == 0 ? ""
                                            : fmt::format(" until {} and {}", end_text(line.ends[0]),
                                                          end_text(line.ends[1])));
  }
  return text;
}

} // namespace

std::string IpPrefix::str() const {
  return fmt::format("{}/{}", address.str(), length);
}

bool Route::has_gateway() const {
  constexpr std::uint16_t via = 18; // RTA_VIA: an IPv6 gateway of an IPv4 route
  return std::any_of(next_hops.begin(), next_hops.end(), [](const NextHop& hop) {
    return hop.gateway || std::any_of(hop.others.begin(), hop.others.end(),
                                      [](const RawAttribute& other) { return other.type == via; });
  });
}

bool InterfaceAddress::is_temporary() const {
  return local.address.is_ip6() && (flags & k_temporary_address) != 0;
}

bool InterfaceAddress::is_from_a_router() const {
  constexpr std::uint8_t router_advertisement = 2; // IFAPROT_KERNEL_RA, Linux 6.0
  // Before, the kernel does not say so; then one that has to do with temporary addresses is one.
  return local.address.is_ip6() && valid != k_forever &&
         (protocol == router_advertisement || (flags & (k_manages_temporary | k_temporary_address)) != 0);
}

bool Route::is_from_a_router() const {
  constexpr std::uint8_t kernel = 2; // RTPROT_KERNEL: to a prefix
  constexpr std::uint8_t router_advertisement = 9;
  return is_ip6() && expires != 0 && (protocol == kernel || protocol == router_advertisement);
}

std::string_view directory_of(Setting::Group group) {
  switch (group) {
  case Setting::Group::ip4:
    return "ipv4/conf";
  case Setting::Group::ip6:
    return "ipv6/conf";
  case Setting::Group::ip4_neighbours:
    return "ipv4/neigh";
  case Setting::Group::ip6_neighbours:
    break;
  }
  return "ipv6/neigh";
}

const std::string* NicSnapshot::setting(Setting::Group group, std::string_view key) const {
  const auto found = std::find_if(settings.begin(), settings.end(), [&](const Setting& setting) {
    return setting.group == group && setting.key == key;
  });
  return found == settings.end() ? nullptr : &found->value;
}

std::string describe(const InterfaceAddress& address) {
  std::string text = describe_lasting(address);
  if (address.valid != k_forever)
    text += fmt::format(" valid {} s", address.valid);
  if (address.preferred != address.valid)
    text += fmt::format(" preferred {} s", address.preferred);
  return text;
}

std::string describe(const Route& route) {
  return describe_lasting(route) + (route.expires == 0 ? "" : fmt::format(" expires {} s", route.expires));
}

std::string describe(const RoutingRule& rule) {
  return fmt::format("{} {}{}{} table {} action {} lengths {} {} tos {} flags {}{}",
                     rule.is_ip6 ? "ipv6" : "ipv4", rule.priority, rule.names_input ? " iif" : "",
                     rule.names_output ? " oif" : "", rule.table, rule.action, rule.source_length,
                     rule.destination_length, rule.tos, rule.flags, list(rule.others));
}

std::string describe(const Neighbour& neighbour) {
  constexpr std::array<std::string_view, 4> states{"permanent", "noarp", "reachable", "stale"};
  return fmt::format("{}{}{} {}{}{}", neighbour.is_proxy ? "proxy " : "", neighbour.address.str(),
                     neighbour.mac ? " lladdr " + neighbour.mac->str() : "",
                     states.at(static_cast<std::size_t>(neighbour.state)),
                     neighbour.flags == 0 ? "" : fmt::format(" flags {:#x}", neighbour.flags),
                     neighbour.protocol == 0 ? "" : fmt::format(" proto {}", neighbour.protocol));
}

std::string describe(const Setting& setting) {
  return fmt::format("{} {}={}", directory_of(setting.group), setting.key, printable(setting.value));
}

std::string differences(const NicSnapshot& before, const NicSnapshot& after) {
  std::vector<IpPrefix> temporary;
  list_temporary(before, temporary);
  list_temporary(after, temporary);
  const std::vector<Line> then = lines_of(without_what_passes(before, after.taken_at, temporary));
  const std::vector<Line> now = lines_of(without_what_passes(after, after.taken_at, temporary));
  std::string text = lines_missing(then, now, "-") + lines_missing(now, then, "+");
  if (!text.empty() || then == now)
    return text;
  const auto [old_line, new_line] = std::mismatch(then.begin(), then.end(), now.begin());
  return fmt::format("- in order: {}\n+ in order: {}\n", old_line->text, new_line->text);
}

} // namespace vdeup
