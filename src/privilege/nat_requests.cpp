// The requests about private networks (privilege/request_handler.cpp has the others).

#include "kernel/capabilities.hpp"
#include "kernel/links.hpp"
#include "model/interpret.hpp"
#include "nat/dnsmasq.hpp"
#include "nat/nat_steps.hpp"
#include "nat/nat_table.hpp"
#include "privilege/policy_check.hpp"
#include "privilege/request_handler.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace vdeup::privilege {
namespace {

using config::Right;

/// Checks one step.
class NatCheck {
 public:
  NatCheck(kernel::Netlink& netlink, engine::NatHost& networks, const AccessRules& rules, std::string what)
      : m_netlink(netlink),
        m_networks(networks),
        m_caller(rules.caller),
        m_what(std::move(what)),
        m_policy(rules, m_what) {}

  // Safe: the bridge is the caller's own private network, the policy names it, and the addresses are in none
  // of the networks that this host has a route to, nor in a range of its routers and name servers as long as
  // another one is free. A host behind the default route with such an address cannot be noticed;
  // vdeup-policy(5) says so. That the host forwards from now on is what the administrator allows with `nat`;
  // packets from elsewhere to those addresses are dropped, unless they are replies.
  Result<> operator()(const AddPrivateNetwork& step) {
    TRY(m_policy.own_mark(step.mark));
    TRY(auto link, find_own(step.bridge, step.mark.switch_dir));
    TRY(auto there, nat::read_private_network(m_netlink, link.index));
    if (there == step.network)
      return ok(); // it is repaired
    TRY(auto used, m_networks.used_networks());
    return check_private_network(step.network, used);
  }

  // Safe: it only removes, so no line has to allow it. It finds the rules by the caller's mark, and they
  // contain the former forwarding state. As long as there is another private network, the kernel goes on
  // forwarding.
  Result<> operator()(const RemovePrivateNetwork& step) { return m_policy.own_mark(step.mark); }

  // Safe: the command line is made here from the name of a bridge, the addresses that it has, and its switch
  // in hexadecimal. The program runs as the caller, from a directory of the system, with no environment of
  // the caller's, and with the three capabilities that it needs to serve; the kernel lets the caller end it,
  // but not read it.
  Result<> operator()(const StartDnsmasq& step) {
    if (step.owner != m_caller)
      return fail(m_policy.foreign_owner());
    TRY(auto link, find_own(step.bridge, step.switch_dir));
    TRY(auto there, nat::read_private_network(m_netlink, link.index));
    if (there != step.network)
      return fail(m_policy.refusal("the bridge has other addresses"));
    return ok();
  }

  Result<> operator()(const StopDnsmasq& /*step*/) {
    return fail(m_policy.refusal("vdeup-helper does not do this")); // it is not in the protocol either
  }

 private:
  [[nodiscard]] Result<Link> find_own(const IfName& bridge, const SocketPath& switch_dir) {
    TRY(m_policy.allow(bridge, Right::nat));
    TRY(auto link, kernel::find_link(m_netlink, bridge));
    if (!link)
      return fail(Error{ErrorKind::conflict, m_what, fmt::format("{} is gone", bridge.str()), {}});
    if (!is_private_bridge(*link, {m_caller.uid, switch_dir}))
      return fail(m_policy.refusal("it is not the private network of that switch of yours"));
    return std::move(*link);
  }

  kernel::Netlink& m_netlink;
  engine::NatHost& m_networks;
  const Identity& m_caller;
  std::string m_what;
  PolicyCheck m_policy;
};

/// What drops the network's packets, as an error with each command that lets them through as a hint.
Error obstruction(const std::vector<NatObstacle>& obstacles, const PolicyCheck& check) {
  std::vector<std::string> texts;
  std::vector<std::string> hints;
  for (const NatObstacle& obstacle : obstacles) {
    texts.push_back(obstacle.text());
    for (const std::string& command : obstacle.commands)
      hints.push_back(fmt::format("run as root: {}", command));
  }
  Error error = check.refusal(fmt::format("{}", fmt::join(texts, ", ")));
  if (!hints.empty())
    error.set_hints(std::move(hints));
  return error;
}

} // namespace

Result<> RequestHandler::may_masquerade(const IfName& bridge) {
  const PolicyCheck check{*m_rules, fmt::format("cannot make a private network of {}", bridge.str())};
  TRY(auto link, kernel::find_link(m_netlink, bridge));
  const auto mark = link ? NatMark::parse(link->alias) : std::nullopt;
  const bool is_there = mark && mark->owner == m_rules->caller.uid;
  TRY(is_there ? check.allow(bridge, Right::nat) : check.allow_new_private_network(bridge));
  TRY(check.allow(bridge, Right::tap));
  if (!is_there) {
    TRY(check.allow_count(m_netlink, 1));
    TRY(check.allow_network_count(m_netlink, 1));
  }
  TRY(const auto missing, kernel::find_missing(nat::dnsmasq_rights(m_rules->caller)));
  if (missing)
    return fail(
        check.refusal(fmt::format("vdeup-helper has no {} to hand on to dnsmasq", name_of(*missing))));
  TRY(auto obstacles, m_hosts.nats->obstacles(bridge));
  if (obstacles.empty())
    return ok();
  return fail(obstruction(obstacles, check));
}

// Safe: it finds only rules with the caller's mark.
Result<bool> RequestHandler::has_nat_rules(const IfName& bridge, const NatMark& mark) {
  TRY(const auto are_there, nat::has_rules(bridge, NatMark{m_rules->caller.uid, mark.switch_dir}));
  return are_there.value_or(false);
}

Result<> RequestHandler::execute(const NatStep& step) {
  TRY(std::visit(NatCheck{m_netlink, *m_hosts.nats, *m_rules, "cannot " + describe(Step{step})}, step));
  return m_hosts.nats->execute(step);
}

} // namespace vdeup::privilege
