#include "cli/examination.hpp"

#include "cli/ensure.hpp"
#include "cli/keeper.hpp"
#include "engine/probe.hpp"
#include "kernel/tap_holders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace vdeup::cli {
namespace {

constexpr std::chrono::seconds k_probe_patience{2}; // for the lock

constexpr int k_max_attempts = 5;

/// Ask the kernel again where its answer may not be whole, because links came or went meanwhile.
template <class Query>
auto until_whole(Query query) {
  for (int attempt = 1;; ++attempt) {
    auto answer = query();
    if (answer || !is_retryable(answer.error().kind()) || attempt == k_max_attempts)
      return answer;
  }
}

plan::Finding to_fault(const Error& error) {
  return {plan::Finding::Severity::fault, error.message(), error.hints().text()};
}

plan::Finding to_note(const std::string& what, const Error& error) {
  return {plan::Finding::Severity::note, fmt::format("cannot tell {}: {}", what, error.message()),
          error.hints().text()};
}

/// What was seen, and what could not be: then the rest is still worth telling.
struct Look {
  plan::Evidence evidence;
  std::vector<plan::Finding> blind_spots{};
};

/// Look at what is there, sharing the lock, and without changing anything.
Result<Look> look_around(const Wiring& wiring, const PathWiring& path, const plan::Request& request) {
  const auto lock = share_switch(request.scope);
  TRY(auto survey,
      until_whole([&] { return engine::survey(wiring.host(), request.scope, wiring.host_seed()); }));
  Look seen{{.network = std::move(survey.network),
             .links = std::move(survey.links),
             .taps = std::move(survey.taps)}};
  plan::Evidence& evidence = seen.evidence;
  if (plan::has_unclaimed_tap(evidence.network))
    evidence.holders = kernel::find_tap_holders(evidence.network.tap->name);
  if (evidence.network.vde_switch.life == Switch::Life::alive) {
    if (auto learnt = path.switches().learnt(request.scope))
      evidence.learnt = std::move(learnt).value();
    else
      seen.blind_spots.push_back(to_note("which addresses the switch has learnt", learnt.error()));
  }
  if (evidence.network.bridge) {
    if (auto facts = until_whole([&] { return path.kernel().facts(evidence.network.bridge->name); }))
      evidence.facts = std::move(facts).value();
    else
      seen.blind_spots.push_back(to_note("what this host does to the frames of VMs", facts.error()));
  }
  if (evidence.network.nat && kernel::KernelHost::may_make_devices()) {
    if (auto obstacles = wiring.host().nats.obstacles(evidence.network.bridge->name))
      evidence.obstacles = std::move(obstacles).value();
    else
      seen.blind_spots.push_back(to_note("whether a firewall is in the way", obstacles.error()));
  }
  return seen;
}

/// The addresses of a bridge to ask for: the first of each family.
std::vector<IpAddress> first_of_each(const std::vector<IpAddress>& addresses) {
  std::vector<IpAddress> chosen;
  for (const bool is_ip6 : {false, true}) {
    const auto first = std::find_if(addresses.begin(), addresses.end(), [is_ip6](const IpAddress& address) {
      return address.is_ip6() == is_ip6;
    });
    if (first != addresses.end())
      chosen.push_back(*first);
  }
  return chosen;
}

std::vector<IpAddress> addresses_of(const std::vector<ReachTarget>& targets) {
  std::vector<IpAddress> addresses;
  for (const ReachTarget& target : targets)
    addresses.push_back(target.address);
  return addresses;
}

/// Ask the gateway of a network without a TAP for its address, and others that should answer.
Result<PathProbe> ask_gateway(const PathWiring& path, const Invocation& call, const plan::Request& request) {
  TRY(auto gateway, IpAddress::parse(slirp::k_gateway));
  TRY(auto port, path.switches().probe_port(request.scope));
  std::vector<IpAddress> addresses{gateway};
  const std::vector<IpAddress> others = addresses_of(call.probes);
  addresses.insert(addresses.end(), others.begin(), others.end());
  PathProbe found;
  for (const IpAddress& address : addresses) {
    TRY(auto owner, engine::ask_who_has(*port, address));
    found.answers.push_back({.address = address, .mac = owner});
  }
  return found;
}

Result<PathProbe> follow_path(const PathWiring& path, const Invocation& call, const plan::Request& request,
                              const plan::Evidence& evidence) {
  if (!evidence.network.bridge)
    return ask_gateway(path, call, request);
  return engine::probe_path(path.kernel(), path.switches(),
                            {.scope = request.scope,
                             .bridge = evidence.network.bridge->name,
                             .of_bridge = evidence.facts ? first_of_each(evidence.facts->bridge_addresses)
                                                         : std::vector<IpAddress>{},
                             .others = addresses_of(call.probes)});
}

/// Send a frame through a network that looks sound. Taking a port is a change, though it is taken back: so
/// this is done under the lock of the switch, as an attachment is.
Result<PathProbe> probe(const PathWiring& path, const Invocation& call, const plan::Request& request,
                        const plan::Evidence& evidence) {
  if (auto obstacle = plan::obstacle_to_probe(evidence.network); !obstacle.empty())
    return PathProbe{.not_tried = std::move(obstacle)};
  auto lock = lock_switch(request.scope, k_probe_patience);
  if (!lock && lock.error().kind() == ErrorKind::timed_out)
    return PathProbe{.not_tried = "another vdeup works on the switch"};
  if (!lock)
    return fail(std::move(lock).error());
  auto found = follow_path(path, call, request, evidence);
  release_unused(std::move(lock).value(), request.scope);
  return found;
}

} // namespace

Result<Examination> examine(const Context& context, const plan::Request& request) {
  TRY(auto wish, privilege_wish(context));
  TRY(auto wiring, Wiring::connect(context.log, wish, Wiring::Looks::thorough));
  clear_left_behind(wiring, request);
  TRY(auto path, PathWiring::connect());
  auto look = look_around(wiring, path, request);
  if (!look && look.error().kind() != ErrorKind::refused)
    return fail(std::move(look).error());
  if (!look)
    return Examination{.diagnosis = {.findings = {to_fault(look.error())}}};
  Look seen = std::move(look).value();
  seen.evidence.must_probe = !context.call.probes.empty();
  if (uplink_of(seen.evidence.network) == UplinkKind::none && context.call.probes.empty())
    return Examination{seen.evidence, plan::diagnose(request, seen.evidence)}; // there is nothing to ask for
  auto probed = probe(path, context.call, request, seen.evidence);
  if (probed)
    seen.evidence.probe = std::move(probed).value();
  auto diagnosis = plan::diagnose(request, seen.evidence);
  if (!probed) // a VM would meet the same
    diagnosis.findings.push_back(to_fault(probed.error()));
  std::move(seen.blind_spots.begin(), seen.blind_spots.end(), std::back_inserter(diagnosis.findings));
  return Examination{std::move(seen.evidence), std::move(diagnosis)};
}

} // namespace vdeup::cli
