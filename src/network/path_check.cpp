#include "network/path_check.hpp"

#include "engine/probe.hpp"
#include "kernel/kernel_host.hpp"
#include "kernel/tap_holders.hpp"
#include "network/lock.hpp"
#include "network/temporary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace vdeup::network {
namespace {

constexpr std::chrono::seconds k_lock_patience{2}; // for the lock

constexpr int k_max_queries = 5;

/// Ask the kernel again where its answer may not be whole, because links came or went meanwhile.
template <class Query>
auto until_whole(Query query) {
  for (int attempt = 1;; ++attempt) {
    auto answer = query();
    if (answer || !is_retryable(answer.error().kind()) || attempt == k_max_queries)
      return answer;
  }
}

plan::Finding to_fault(const Error& error) {
  return {plan::Finding::Severity::fault, error.message(), error.hints()};
}

plan::Finding to_note(const std::string& what, const Error& error) {
  return {plan::Finding::Severity::note, fmt::format("cannot tell {}: {}", what, error.message()),
          error.hints()};
}

/// What was observed, and findings about what could not be.
struct Observed {
  plan::Evidence evidence;
  std::vector<plan::Finding> unknowns{};
};

/// Observe what is there, sharing the lock, and without changing anything.
Result<Observed> observe_around(const World& world, const PathHosts& path, const plan::Request& request) {
  const auto lock = share_switch(request.scope);
  TRY(auto survey, until_whole([&] { return world.survey(request.scope); }));
  Observed seen{{.network = std::move(survey.network),
                 .links = std::move(survey.links),
                 .taps = std::move(survey.taps)}};
  plan::Evidence& evidence = seen.evidence;
  if (plan::has_unclaimed_tap(evidence.network))
    evidence.holders = kernel::find_tap_holders(evidence.network.tap->name);
  if (evidence.network.vde_switch.life == Switch::Life::alive) {
    if (auto learnt = path.switches.learnt(request.scope))
      evidence.learnt = std::move(learnt).value();
    else
      seen.unknowns.push_back(to_note("which addresses the switch has learnt", learnt.error()));
  }
  if (evidence.network.bridge) {
    if (auto facts = until_whole([&] { return path.kernel.facts(evidence.network.bridge->name); }))
      evidence.facts = std::move(facts).value();
    else
      seen.unknowns.push_back(to_note("what this host does to the frames of VMs", facts.error()));
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
Result<PathProbe> ask_gateway(const PathHosts& path, const std::vector<ReachTarget>& probes,
                              const plan::Request& request) {
  TRY(auto gateway, IpAddress::parse(slirp::k_gateway));
  TRY(auto port, path.switches.probe_port(request.scope));
  std::vector<IpAddress> addresses{gateway};
  const std::vector<IpAddress> others = addresses_of(probes);
  addresses.insert(addresses.end(), others.begin(), others.end());
  PathProbe found;
  for (const IpAddress& address : addresses) {
    TRY(auto owner, engine::ask_who_has(*port, address));
    found.answers.push_back({.address = address, .mac = owner});
  }
  return found;
}

Result<PathProbe> follow_path(const PathHosts& path, const std::vector<ReachTarget>& probes,
                              const plan::Request& request, const plan::Evidence& evidence) {
  if (!evidence.network.bridge)
    return ask_gateway(path, probes, request);
  return engine::probe_path(path.kernel, path.switches,
                            {.scope = request.scope,
                             .bridge = evidence.network.bridge->name,
                             .of_bridge = evidence.facts ? first_of_each(evidence.facts->bridge_addresses)
                                                         : std::vector<IpAddress>{},
                             .others = addresses_of(probes)});
}

/// Send a frame through a network that looks sound. Taking a port is a change, though it is taken back: so
/// this is done under the lock of the switch, as an attachment is.
Result<PathProbe> probe(const PathHosts& path, const std::vector<ReachTarget>& probes,
                        const plan::Request& request, const plan::Evidence& evidence) {
  if (auto obstacle = plan::obstacle_to_probe(evidence.network); !obstacle.empty())
    return PathProbe{.not_tried = std::move(obstacle)};
  auto lock = lock_switch(request.scope, k_lock_patience);
  if (!lock && lock.error().kind() == ErrorKind::timed_out)
    return PathProbe{.not_tried = "another vdeup works on the switch"};
  if (!lock)
    return fail(std::move(lock).error());
  auto found = follow_path(path, probes, request, evidence);
  release_unused(std::move(lock).value(), request.scope);
  return found;
}

} // namespace

Result<PathCheck> check_path(const World& world, const PathHosts& path, const plan::Request& request,
                             const std::vector<ReachTarget>& probes) {
  remove_stale_temporary(world, request);
  auto observed = observe_around(world, path, request);
  if (!observed && observed.error().kind() != ErrorKind::refused)
    return fail(std::move(observed).error());
  if (!observed)
    return PathCheck{.diagnosis = {.findings = {to_fault(observed.error())}}};
  auto& [evidence, unknowns] = observed.value();
  evidence.must_probe = !probes.empty();
  if (uplink_of(evidence.network) == UplinkKind::none && probes.empty())
    return PathCheck{evidence, plan::diagnose(request, evidence)}; // no address can be asked for
  auto probed = probe(path, probes, request, evidence);
  if (probed)
    evidence.probe = std::move(probed).value();
  auto diagnosis = plan::diagnose(request, evidence);
  if (!probed) // a VM would meet the same
    diagnosis.findings.push_back(to_fault(probed.error()));
  std::move(unknowns.begin(), unknowns.end(), std::back_inserter(diagnosis.findings));
  return PathCheck{std::move(evidence), std::move(diagnosis)};
}

} // namespace vdeup::network
