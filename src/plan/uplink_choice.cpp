#include "plan/uplink_choice.hpp"

#include "model/device_alias.hpp"
#include "plan/nat_choice.hpp"

#include <fmt/format.h>

namespace vdeup::plan {
namespace {

bool has_way_out(const Link& bridge, const std::vector<Link>& links) {
  return bridge.alias == k_bridge_mark || has_external_port(bridge, links);
}

/// The reason for another uplink than a bridge.
std::string why_no_bridge(const UplinkFacts& facts) {
  if (!facts.no_devices.empty())
    return fmt::format("no right to make a TAP: {}", facts.no_devices);
  if (facts.no_way_out)
    return fmt::format("bridge {} has no port to the outside", facts.no_way_out->str());
  return "this host has no bridge";
}

} // namespace

UplinkFacts find_uplink_facts(const Scope& scope, const std::vector<Link>& links,
                              const std::vector<Tap>& taps) {
  UplinkFacts facts;
  for (const Tap& tap : taps)
    if (tap.bridge && tap.owner == scope.owner.uid && !tap.is_multi_queue && !facts.waiting_tap)
      facts.waiting_tap = tap;
  if (const Link* own = find_private_bridge(links, nat_mark(scope)); own != nullptr)
    if (auto name = IfName::parse(own->name))
      facts.private_network = std::move(name).value();
  for (const Link* link : suitable_bridges(links)) {
    auto name = IfName::parse(link->name);
    auto& place = has_way_out(*link, links) ? facts.bridge : facts.no_way_out;
    if (name && !place)
      place = std::move(name).value();
  }
  return facts;
}

bool has_bridge(const UplinkFacts& facts) {
  return facts.private_network || facts.waiting_tap || (facts.bridge && facts.no_devices.empty());
}

UplinkChoice choose_uplink(const UplinkFacts& facts) {
  if (facts.private_network)
    return {UplinkKind::nat, fmt::format("nat, on {} (it is the private network of this switch)",
                                         facts.private_network->str())};
  if (facts.waiting_tap)
    return {UplinkKind::bridge, fmt::format("bridge {} ({} waits there)", facts.waiting_tap->bridge->str(),
                                            facts.waiting_tap->name.str())};
  if (facts.bridge && facts.no_devices.empty())
    return {UplinkKind::bridge, fmt::format("bridge {} (it is there)", facts.bridge->str())};
  if (facts.no_nat.empty())
    return {UplinkKind::nat, fmt::format("nat ({})", why_no_bridge(facts))};
  if (!facts.has_slirp && facts.no_devices.empty())
    return {UplinkKind::bridge,
            fmt::format("bridge, without a way out ({}; no private network: {}; slirp is not installed)",
                        why_no_bridge(facts), facts.no_nat)};
  if (!facts.no_devices.empty() && facts.no_devices == facts.no_nat)
    return {UplinkKind::slirp,
            fmt::format("slirp (no right to make a TAP or a private network: {})", facts.no_nat)};
  return {UplinkKind::slirp,
          fmt::format("slirp ({}; no private network: {})", why_no_bridge(facts), facts.no_nat)};
}

} // namespace vdeup::plan
