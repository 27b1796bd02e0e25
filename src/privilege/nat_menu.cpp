// The part of the menu that is about private networks (privilege/menu.cpp has the other).

#include "kernel/capabilities.hpp"
#include "kernel/links.hpp"
#include "model/interpret.hpp"
#include "nat/dnsmasq.hpp"
#include "nat/nat_steps.hpp"
#include "nat/nat_table.hpp"
#include "privilege/judge.hpp"
#include "privilege/menu.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace vdeup::privilege {
namespace {

using config::Right;

/// Carries out one step for the caller.
class NatCook {
 public:
  NatCook(kernel::Netlink& netlink, engine::NatHost& networks, const MenuRules& rules, std::string what)
      : m_netlink(netlink),
        m_networks(networks),
        m_caller(rules.caller),
        m_what(std::move(what)),
        m_judge(rules, m_what) {}

  // Safe: the bridge is the caller's own private network, the policy names it, and the addresses are of
  // nobody and in none of the networks that this host has a way to, nor in a range that its routers and name
  // servers are in as long as another one is free. Who is behind the default route and has such an address
  // all the same cannot be told; vdeup-policy(5) says so. That the host forwards from now on is what the
  // administrator allows with `nat`; what comes from elsewhere to those addresses is dropped, unless it is an
  // answer.
  Result<> operator()(const AddPrivateNetwork& step) {
    TRY(auto link, find_own(step.bridge, step.mark.switch_dir));
    TRY(auto there, nat::read_private_network(m_netlink, link.index));
    if (there != step.network) { // else it is mended
      TRY(auto used, m_networks.used_networks());
      TRY(check_private_network(step.network, used));
    }
    return m_networks.execute(NatStep{AddPrivateNetwork{step.bridge, step.network, own(step.mark)}});
  }

  // Safe: it only lessens what there is, so no line has to allow it. It finds the rules by the caller's mark,
  // and what the kernel did before is in them. As long as another private network is there, the kernel goes
  // on forwarding.
  Result<> operator()(const RemovePrivateNetwork& step) {
    return m_networks.execute(NatStep{RemovePrivateNetwork{step.bridge, own(step.mark)}});
  }

  // Safe: a line of words that is made here of the name of a bridge, its addresses, which are those that it
  // has, and its switch, in digits. The program runs as the caller, from a directory of the system's, with no
  // environment of the caller's, and with the three capabilities that it takes to serve; the kernel lets the
  // caller end it, and not look into it.
  Result<> operator()(const StartDnsmasq& step) {
    TRY(auto link, find_own(step.bridge, step.switch_dir));
    TRY(auto there, nat::read_private_network(m_netlink, link.index));
    if (there != step.network)
      return fail(m_judge.refusal("the bridge has other addresses"));
    return m_networks.execute(NatStep{StartDnsmasq{m_caller, step.bridge, step.network, step.switch_dir}});
  }

  Result<> operator()(const StopDnsmasq& /*step*/) {
    return fail(m_judge.refusal("vdeup-helper does not do this")); // the protocol has no word for it either
  }

 private:
  [[nodiscard]] Result<Link> find_own(const IfName& bridge, const SocketPath& switch_dir) {
    TRY(m_judge.allow(bridge, Right::nat));
    TRY(auto link, kernel::find_link(m_netlink, bridge));
    if (!link)
      return fail(Error{ErrorKind::conflict, m_what, fmt::format("{} is gone", bridge.str()), {}});
    if (!is_private_bridge(*link, {m_caller.uid, switch_dir}))
      return fail(m_judge.refusal("it is not the private network of that switch of yours"));
    return std::move(*link);
  }

  /// Whatever a request says, a mark is the caller's.
  [[nodiscard]] NatMark own(const NatMark& mark) const { return NatMark{m_caller.uid, mark.switch_dir}; }

  kernel::Netlink& m_netlink;
  engine::NatHost& m_networks;
  const Identity& m_caller;
  std::string m_what;
  Judge m_judge;
};

/// What drops the network's packets, as an error with each command that lets them through as a hint.
Error obstruction(const std::vector<NatObstacle>& obstacles, const Judge& judge) {
  std::vector<std::string> texts;
  std::vector<std::string> hints;
  for (const NatObstacle& obstacle : obstacles) {
    texts.push_back(obstacle.text());
    for (const std::string& command : obstacle.commands)
      hints.push_back(fmt::format("run as root: {}", command));
  }
  Error error = judge.refusal(fmt::format("{}", fmt::join(texts, ", ")));
  if (!hints.empty())
    error.set_hints(std::move(hints));
  return error;
}

} // namespace

Result<> Menu::may_masquerade(const IfName& bridge) {
  const Judge judge{m_rules, fmt::format("cannot make a private network of {}", bridge.str())};
  TRY(auto link, kernel::find_link(m_netlink, bridge));
  const auto mark = link ? NatMark::parse(link->alias) : std::nullopt;
  const bool is_there = mark && mark->owner == m_rules.caller.uid;
  TRY(is_there ? judge.allow(bridge, Right::nat) : judge.allow_new_private_network(bridge));
  TRY(judge.allow(bridge, Right::tap));
  if (!is_there) {
    TRY(judge.allow_count(m_netlink, 1));
    TRY(judge.allow_network_count(m_netlink, 1));
  }
  TRY(const auto missing, kernel::find_missing(nat::dnsmasq_rights(m_rules.caller)));
  if (missing)
    return fail(
        judge.refusal(fmt::format("vdeup-helper has no {} to hand on to dnsmasq", name_of(*missing))));
  TRY(auto obstacles, m_networks->obstacles(bridge));
  if (obstacles.empty())
    return ok();
  return fail(obstruction(obstacles, judge));
}

// Safe: it looks for rules that bear the caller's mark, and tells of no others.
Result<bool> Menu::has_nat_rules(const IfName& bridge, const NatMark& mark) {
  TRY(const auto are_there, nat::has_rules(bridge, NatMark{m_rules.caller.uid, mark.switch_dir}));
  return are_there.value_or(false);
}

Result<> Menu::perform(const NatStep& step) {
  return std::visit(NatCook{m_netlink, *m_networks, m_rules, "cannot " + describe(Step{step})}, step);
}

} // namespace vdeup::privilege
