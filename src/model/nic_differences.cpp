#include "base/text.hpp"
#include "model/nic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace vdeup {
namespace {

constexpr std::uint32_t k_clock_slack = 2; // seconds: two clocks are rounded, and the snapshot takes a moment

const char* place_text(Route::Place place) {
  constexpr std::array<const char*, 3> texts{"", " (before another interface's)",
                                             " (behind another interface's)"};
  return texts.at(static_cast<std::size_t>(place));
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
  Line line{"address " + describe_without_lifetimes(address)};
  if (!address.is_from_a_router())
    line.ends = {end_of(address.valid, k_forever, now), end_of(address.preferred, k_forever, now)};
  return line;
}

Line line_of(const Route& route, std::uint64_t now) {
  Line line{"route " + describe_without_lifetimes(route) + place_text(route.place)};
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
      texts.insert("route " + describe_without_lifetimes(route));
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
