#include "cli/commands.hpp"
#include "cli/ensure.hpp"
#include "cli/output.hpp"
#include "plan/diagnose.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace vdeup::cli {
namespace {

constexpr int k_sound = 0;
constexpr int k_unsound = 1;
constexpr int k_nothing_there = 2;

void print_for_people(const plan::Request& request, const Network& network,
                      const plan::Diagnosis& diagnosis) {
  for (const plan::Fault& fault : diagnosis.faults)
    fmt::print("fault: {}\n  hint: {}\n", fault.what, fault.hint);
  for (const std::string& note : diagnosis.notes)
    fmt::print("note: {}\n", note);
  if (diagnosis.faults.empty())
    fmt::print("ok: VMs at {} reach {}\n", request.scope.sockets.dir.str(),
               network.bridge ? "bridge " + network.bridge->name.str() : "the TAP");
}

boost::json::object json_of(const plan::Request& request, const Network& network,
                            const plan::Diagnosis& diagnosis) {
  auto answer = json_answer("check");
  answer["sound"] = diagnosis.faults.empty();
  boost::json::array faults;
  for (const plan::Fault& fault : diagnosis.faults)
    faults.push_back(boost::json::object{{"what", fault.what}, {"hint", fault.hint}});
  answer["faults"] = std::move(faults);
  answer["notes"] = boost::json::array(diagnosis.notes.begin(), diagnosis.notes.end());
  answer["network"] = to_json(request.scope, network);
  return answer;
}

} // namespace

Result<int> check_command(const Context& context) {
  const Invocation& call = context.call;
  TRY(auto request, make_request(call, context.files));
  TRY(auto wiring, Wiring::connect(context.log));
  const auto lock = share_switch(request.scope);
  TRY(auto survey, engine::survey(wiring.host(), request.scope, wiring.host_seed()));
  const auto diagnosis = plan::diagnose(request, survey.network, survey.links);
  if (call.json)
    print_json(json_of(request, survey.network, diagnosis));
  else
    print_for_people(request, survey.network, diagnosis);
  if (diagnosis.nothing_there)
    return k_nothing_there;
  return diagnosis.faults.empty() ? k_sound : k_unsound;
}

} // namespace vdeup::cli
