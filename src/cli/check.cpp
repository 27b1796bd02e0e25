#include "base/log.hpp"
#include "cli/commands.hpp"
#include "cli/json.hpp"
#include "cli/move_client.hpp"
#include "cli/output.hpp"
#include "cli/wiring.hpp"
#include "network/path_check.hpp"
#include "network/path_observer.hpp"
#include "vde/vde_path.hpp"

#include <fmt/format.h>

namespace vdeup::cli {
namespace {

using Severity = plan::Finding::Severity;

constexpr int k_sound = 0;
constexpr int k_unsound = 1;
constexpr int k_nothing_there = 2;

void print_finding(const plan::Finding& finding) {
  fmt::print("{}: {}\n", finding.severity == Severity::fault ? "fault" : "note",
             with_hints(finding.what, finding.hints));
}

void print_probe(const PathProbe& probe, const std::optional<Bridge>& bridge) {
  if (probe.reached_bridge && bridge)
    fmt::print("ok: a frame from a port of the switch arrived at bridge {}\n", bridge->name.str());
  for (const ProbeAnswer& answer : probe.answers)
    if (answer.mac)
      fmt::print("ok: {} answered from {}{}\n", answer.address.str(), answer.mac->str(),
                 answer.is_of_bridge ? ", the bridge" : "");
}

std::string end_of_path(const Network& network) {
  if (network.bridge)
    return "bridge " + network.bridge->name.str();
  if (network.vde_switch.tap)
    return "the TAP";
  return network.vde_switch.slirp ? "the outside by slirp" : "each other";
}

void print_for_people(const plan::Request& request, const network::PathCheck& seen) {
  for (const plan::Finding& finding : seen.diagnosis.findings)
    print_finding(finding);
  if (!seen.evidence)
    return;
  if (seen.evidence->probe)
    print_probe(*seen.evidence->probe, seen.evidence->network.bridge);
  if (seen.diagnosis.is_sound())
    fmt::print("ok: VMs at {} reach {}\n", request.scope.sockets.dir.str(),
               end_of_path(seen.evidence->network));
}

boost::json::array list_findings(const plan::Diagnosis& diagnosis, Severity severity) {
  boost::json::array findings;
  for (const plan::Finding& finding : diagnosis.findings)
    if (finding.severity == severity)
      findings.push_back(boost::json::object{{"what", finding.what}, {"hint", finding.hints.text()}});
  return findings;
}

boost::json::object probe_json(const PathProbe& probe) {
  return {{"tried", probe.was_tried()},
          {"not_tried", probe.not_tried},
          {"reached_bridge", probe.reached_bridge},
          {"answers", json_list(probe.answers, [](const ProbeAnswer& answer) {
             return boost::json::object{{"address", answer.address.str()},
                                        {"of_bridge", answer.is_of_bridge},
                                        {"mac", or_null(answer.mac)}};
           })}};
}

boost::json::object json_of(const plan::Request& request, const network::PathCheck& seen) {
  auto answer = json_answer("check");
  answer["sound"] = seen.diagnosis.is_sound();
  answer["faults"] = list_findings(seen.diagnosis, Severity::fault);
  answer["notes"] = list_findings(seen.diagnosis, Severity::note);
  answer["probe"] = or_null(seen.evidence ? seen.evidence->probe : std::nullopt, probe_json);
  answer["network"] = nullptr;
  if (seen.evidence)
    answer["network"] = to_json(request.scope, seen.evidence->network);
  return answer;
}

Result<network::PathCheck> observe(const Context& context, const plan::Request& request) {
  TRY(auto elevation, elevation_options(context));
  TRY(auto wiring, Wiring::connect(context.log, elevation, Wiring::Looks::thorough));
  TRY(auto kernel, network::PathObserver::open());
  vde::VdePath switches;
  return network::check_path(wiring.world(), {*kernel, switches}, request, context.call.probes);
}

} // namespace

Result<int> check_command(const Context& context) {
  report_interrupted_move(context.log);
  const Invocation& call = context.call;
  TRY(auto request, make_request(call, context.files));
  TRY(auto seen, observe(context, request));
  if (call.json)
    print_json(json_of(request, seen));
  else if (!call.terse)
    print_for_people(request, seen);
  if (seen.diagnosis.nothing_there)
    return k_nothing_there;
  return seen.diagnosis.is_sound() ? k_sound : k_unsound;
}

} // namespace vdeup::cli
