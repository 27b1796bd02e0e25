#include "base/text.hpp"
#include "model/nat.hpp"
#include "plan/examine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::plan {
namespace {

constexpr std::uint32_t k_good_queue =
    512; // loses a tenth of the frames that the kernel's default of 10 does

bool sees_bridged_frames(const ForwardFilter& filter, const HostFacts& facts) {
  const bool ip4 = filter.family == "ip" || filter.family == "inet";
  const bool ip6 = filter.family == "ip6" || filter.family == "inet";
  return filter.family == "bridge" || (ip4 && facts.filters_bridged_ip4) ||
         (ip6 && facts.filters_bridged_ip6);
}

/// False for names that the tool would read as a pattern, or not at all.
bool can_be_written(const std::string& bridge, ForwardFilter::Tool tool) {
  return tool == ForwardFilter::Tool::nftables ? can_be_quoted(bridge) : !bridge.ends_with('+');
}

/// The command that lets a bridge through a chain, written for the tool that the chain was made with.
std::string accepting_command(const ForwardFilter& filter, const std::string& bridge) {
  if (filter.tool == ForwardFilter::Tool::nftables) {
    const std::string match = filter.family == "bridge"
                                  ? fmt::format("meta ibrname \"{}\"", bridge)
                                  : fmt::format("iifname \"{0}\" oifname \"{0}\"", bridge);
    return "nft " + shell_quote(fmt::format("insert rule {} {} {} {} accept", filter.family, filter.table,
                                            filter.chain, match));
  }
  return fmt::format("{}{} -I {} -i {} -o {} -j ACCEPT", filter.family == "ip6" ? "ip6tables" : "iptables",
                     filter.tool == ForwardFilter::Tool::iptables_legacy ? "-legacy" : "",
                     shell_quote(filter.user_chain.empty() ? filter.chain : filter.user_chain),
                     shell_quote(bridge), shell_quote(bridge));
}

void examine_filters(Report& report, const HostFacts& facts, const Bridge& bridge) {
  if (!facts.forward_filters) {
    if (facts.filters_bridged_ip4 || facts.filters_bridged_ip6)
      report.note("br_netfilter sends the frames of VMs through this host's firewall, and only root can read "
                  "whether they pass",
                  report.request().command("check", true));
    return;
  }
  for (const ForwardFilter& filter : *facts.forward_filters)
    if (sees_bridged_frames(filter, facts) && !filter.accepts_bridge)
      report.fault(
          fmt::format("a firewall drops what VMs send over bridge {}: {}chain {} {} {}, policy drop{}",
                      bridge.name.str(), filter.owner.empty() ? "" : printable(filter.owner) + ", ",
                      filter.family, printable(filter.table), printable(filter.chain),
                      filter.family == "bridge" ? "" : ", to which br_netfilter sends it"),
          can_be_written(bridge.name.str(), filter.tool)
              ? Hints{report.as_root(accepting_command(filter, bridge.name.str()))}
              : Hints{});
}

void examine_forwarding(Report& report, const HostFacts& facts, const Bridge& bridge) {
  const bool has_ip4 = std::any_of(facts.bridge_addresses.begin(), facts.bridge_addresses.end(),
                                   [](const IpAddress& address) { return !address.is_ip6(); });
  if (facts.masquerades && has_ip4 && !facts.forwards_ip4 &&
      ways_out(bridge, report.evidence().links).empty())
    report.fault(fmt::format("NAT is set up for the VMs on bridge {}, but this host does not forward IPv4",
                             bridge.name.str()),
                 report.as_root("sysctl -w net.ipv4.ip_forward=1"));
}

void examine_wifi(Report& report, const HostFacts& facts, const Bridge& bridge) {
  for (const std::string& station : facts.wifi_stations)
    if (std::find(bridge.ports.begin(), bridge.ports.end(), station) != bridge.ports.end())
      report.fault(
          fmt::format("{}, a port of bridge {}, is a Wi-Fi station: its access point drops the frames of VMs",
                      printable(station), bridge.name.str()),
          fmt::format("use a wired NIC, or NAT; `{}` takes it out",
                      report.as_root(fmt::format("ip link set dev {} nomaster", shell_quote(station)))));
}

void examine_queue(Report& report, const HostFacts& facts) {
  if (facts.datagram_queue > 0 && facts.datagram_queue < k_good_queue)
    report.note(fmt::format("net.unix.max_dgram_qlen is {}: a VM that is slow for a moment loses frames",
                            facts.datagram_queue),
                report.as_root(fmt::format("sysctl -w net.unix.max_dgram_qlen={}", k_good_queue)));
}

void examine_answer(Report& report, const ProbeAnswer& answer, const Bridge& bridge) {
  if (answer.mac)
    return;
  if (!answer.is_of_bridge)
    return report.fault(
        fmt::format("nobody answers for {} on bridge {}", answer.address.str(), bridge.name.str()),
        fmt::format("see that its host is up and in this network: `ping {}` there", answer.address.str()));
  report.fault(fmt::format("bridge {} gets frames of VMs, but does not answer for its own {}",
                           bridge.name.str(), answer.address.str()),
               fmt::format("a firewall can do that: `{}`", report.as_root("nft list ruleset")));
}

} // namespace

void examine_host(Report& report) {
  const auto& facts = report.evidence().facts;
  if (!facts)
    return;
  examine_queue(report, *facts);
  if (!report.network().bridge)
    return;
  const Bridge& bridge = *report.network().bridge;
  examine_filters(report, *facts, bridge);
  examine_forwarding(report, *facts, bridge);
  examine_wifi(report, *facts, bridge);
}

void examine_probe(Report& report) {
  const auto& probe = report.evidence().probe;
  if (!probe)
    return;
  if (!probe->was_tried()) {
    const std::string what = "no frame was sent for a proof: " + probe->not_tried;
    return report.evidence().must_probe ? report.fault(what, "mend that, and repeat this")
                                        : report.note(what);
  }
  if (!report.network().vde_switch.tap)
    return examine_gateway(report, *probe);
  const Bridge& bridge = *report.network().bridge;
  if (!probe->reached_bridge)
    return report.fault(
        fmt::format("a frame from a port of the switch does not arrive at bridge {}", bridge.name.str()),
        fmt::format("`{}` and `bridge vlan show` list what can stop it", report.as_root("nft list ruleset")));
  for (const ProbeAnswer& answer : probe->answers)
    examine_answer(report, answer, bridge);
}

} // namespace vdeup::plan
