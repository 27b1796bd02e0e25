#include "firewall/nat_obstacles.hpp"

#include "base/text.hpp"
#include "firewall/packet_filters.hpp"
#include "kernel/links.hpp"
#include "kernel/route_query.hpp"

#include <fmt/format.h>

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace vdeup::firewall {
namespace {

constexpr std::array k_asked{Service{IPPROTO_UDP, 67},  // DHCP
                             Service{IPPROTO_UDP, 53},  // DNS
                             Service{IPPROTO_TCP, 53}}; // the same, for what is too long for a datagram

constexpr const char* k_drops_forwarded = "drops what is forwarded";
constexpr const char* k_drops_asked = "drops what VMs ask this host";
constexpr const char* k_drops_both = "drops what is forwarded, and what VMs ask this host";

/// The interface that VMs reach the outside through: where the first default route leads, or any other than
/// the bridge.
Result<FrameSide> find_outside(kernel::Netlink& netlink, const FrameSide& bridge) {
  TRY(auto ways, kernel::list_default_route_links());
  for (const std::uint32_t index : ways) {
    TRY(auto link, find_link(netlink, index));
    if (link && index != bridge.index)
      return make_frame_side(link->name, index);
  }
  FrameSide another = bridge;
  another.is_another = true;
  return another;
}

/// A chain, and what of a private network it drops.
struct Dropping {
  ForwardFilter chain;
  bool outward = false;
  bool answers = false;
  std::vector<Service> asked{};
};

/// Collects what the chains drop, each with all of it.
class Collection {
 public:
  Dropping& at(const ForwardFilter& chain) {
    const auto found = std::find_if(m_all.begin(), m_all.end(), [&chain](const Dropping& one) {
      return one.chain.tool == chain.tool && one.chain.family == chain.family &&
             one.chain.table == chain.table && one.chain.chain == chain.chain;
    });
    return found == m_all.end() ? m_all.emplace_back(Dropping{.chain = chain}) : *found;
  }
  [[nodiscard]] const std::vector<Dropping>& all() const { return m_all; }

 private:
  std::vector<Dropping> m_all{};
};

/// The chains of a hook that do not accept. Those of the bridge family do not see what is routed.
std::vector<ForwardFilter> dropping(const std::vector<ForwardFilter>& chains) {
  std::vector<ForwardFilter> found;
  for (const ForwardFilter& chain : chains)
    if (!chain.accepts_bridge && chain.family != "bridge")
      found.push_back(chain);
  return found;
}

Result<Collection> collect(const Ruleset& ruleset, const FrameSide& bridge, const FrameSide& outside) {
  Collection found;
  TRY(auto outward, evaluate(ruleset, {.in = bridge, .out = outside, .state = k_new}));
  for (const ForwardFilter& chain : dropping(outward.forward))
    found.at(chain).outward = true;
  TRY(auto answers, evaluate(ruleset, {.in = outside, .out = bridge, .state = k_established}));
  for (const ForwardFilter& chain : dropping(answers.forward))
    found.at(chain).answers = true;
  for (const Service& service : k_asked) {
    TRY(auto asked, evaluate(ruleset, {.in = bridge, .out = {}, .state = k_new, .service = service}));
    for (const ForwardFilter& chain : dropping(asked.input))
      if (chain.family != "ip6")
        found.at(chain).asked.push_back(service);
  }
  return found;
}

std::string_view name_of(const Service& service) {
  return service.protocol == IPPROTO_TCP ? "tcp" : "udp";
}

/// Writes the commands that let a private network through one chain, for the tool or the program that made
/// it.
class Commands {
 public:
  Commands(const Dropping& what, const std::string& bridge)
      : m_what(what), m_chain(what.chain), m_bridge(shell_quote(bridge)), m_name(bridge) {}

  [[nodiscard]] std::vector<std::string> write() {
    if (m_chain.owner == "ufw")
      write_for_ufw();
    else if (m_chain.owner == "firewalld")
      write_for_firewalld();
    else if (m_chain.tool == ForwardFilter::Tool::nftables)
      write_for_nft();
    else
      write_for_iptables();
    return std::move(m_commands);
  }

 private:
  void write_for_ufw() {
    if (m_what.outward || m_what.answers)
      m_commands.push_back(fmt::format("ufw route allow in on {}", m_bridge));
    for (const Service& service : m_what.asked)
      m_commands.push_back(fmt::format("ufw allow in on {} to any port {} proto {}", m_bridge, service.port,
                                       name_of(service)));
  }

  /// The zone lets all through. Told only for now, firewalld forgets it when it reads its files again; told
  /// only for ever, it does not do it before that.
  void write_for_firewalld() {
    for (const char* how_long : {"", "--permanent "})
      m_commands.push_back(
          fmt::format("firewall-cmd {}--zone=trusted --add-interface={}", how_long, m_bridge));
  }

  void write_for_nft() {
    const auto insert = [this](const std::string& rule) {
      m_commands.push_back("nft " + shell_quote(fmt::format("insert rule {} {} {} {} accept", m_chain.family,
                                                            m_chain.table, m_chain.chain, rule)));
    };
    if (m_what.outward)
      insert(fmt::format("iifname \"{}\"", m_name));
    if (m_what.answers)
      insert(fmt::format("oifname \"{}\" ct state established,related", m_name));
    for (const Service& service : m_what.asked)
      insert(fmt::format("iifname \"{}\" {} dport {}", m_name, name_of(service), service.port));
  }

  void write_for_iptables() {
    const std::string& chain = m_chain.user_chain.empty() ? m_chain.chain : m_chain.user_chain;
    const std::string insert = fmt::format(
        "{}{} -I {}", m_chain.family == "ip6" ? "ip6tables" : "iptables",
        m_chain.tool == ForwardFilter::Tool::iptables_legacy ? "-legacy" : "", shell_quote(chain));
    if (m_what.outward)
      m_commands.push_back(fmt::format("{} -i {} -j ACCEPT", insert, m_bridge));
    if (m_what.answers)
      m_commands.push_back(
          fmt::format("{} -o {} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", insert, m_bridge));
    for (const Service& service : m_what.asked)
      m_commands.push_back(fmt::format("{} -i {} -p {} --dport {} -j ACCEPT", insert, m_bridge,
                                       name_of(service), service.port));
  }

  const Dropping& m_what;
  const ForwardFilter& m_chain;
  std::string m_bridge;
  std::string m_name;
  std::vector<std::string> m_commands{};
};

NatObstacle to_obstacle(const Dropping& what, const std::string& bridge) {
  const ForwardFilter& chain = what.chain;
  return {.owner = chain.owner.empty() ? fmt::format("table {} {}", chain.family, printable(chain.table))
                                       : chain.owner,
          .what = what.asked.empty() ? k_drops_forwarded : k_drops_asked,
          .commands = Commands{what, bridge}.write()};
}

/// ufw has a chain for IPv4 and one for IPv6, firewalld one for each hook, and both take the same commands
/// for the two: these are told once.
void add_obstacle(std::vector<NatObstacle>& all, NatObstacle obstacle) {
  const auto same = std::find_if(all.begin(), all.end(), [&obstacle](const NatObstacle& one) {
    return one.owner == obstacle.owner && one.commands == obstacle.commands;
  });
  if (same == all.end())
    all.push_back(std::move(obstacle));
  else if (same->what != obstacle.what)
    same->what = k_drops_both;
}

} // namespace

Result<std::vector<NatObstacle>> nat_obstacles(kernel::Netlink& netlink, const Ruleset& ruleset,
                                               const IfName& bridge) {
  TRY(auto link, find_link(netlink, bridge));
  const FrameSide inside = make_frame_side(bridge.str(), link ? link->index : 0);
  TRY(auto outside, find_outside(netlink, inside));
  TRY(auto found, collect(ruleset, inside, outside));
  std::vector<NatObstacle> obstacles;
  for (const Dropping& what : found.all())
    add_obstacle(obstacles, to_obstacle(what, bridge.str()));
  return obstacles;
}

} // namespace vdeup::firewall
