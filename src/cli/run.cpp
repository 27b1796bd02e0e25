#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/json.hpp"
#include "cli/move_client.hpp"
#include "cli/output.hpp"
#include "cli/wiring.hpp"
#include "launch/connect.hpp"
#include "launch/effect.hpp"
#include "launch/start.hpp"
#include "launch/supervise.hpp"
#include "network/settle_uplink.hpp"
#include "network/temporary.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::cli {
namespace {

Result<launch::Launch> prepare_launch(const Context& context) {
  const auto make_with = [&context](const config::Choice& choice) {
    Invocation call = context.call;
    call.choice = choice;
    return make_request(call, context.files);
  };
  return launch::prepare({.options = context.call.run,
                          .program = context.call.program,
                          .choice = context.call.choice,
                          .files = context.files,
                          .make_request = make_with},
                         context.log);
}

Result<int> print_dry_run(launch::Launch& launch, const Context& context) {
  TRY(auto wiring, Wiring::connect(context.log));
  TRY(auto rehearsed, launch::rehearse(launch, wiring.world()));
  const Plan& plan = rehearsed.plan;
  const auto words = launch::final_line(launch);
  if (context.call.json) {
    auto answer = json_answer("run");
    answer["plan"] = to_json(plan);
    answer["argv"] = boost::json::array(words.begin(), words.end());
    print_json(answer);
  } else {
    if (!context.call.terse)
      network::explain_uplink(rehearsed, context.log);
    context.call.terse ? print_plan_rows(plan) : print_plan(plan);
    const auto has_tap = [](const qemu::Connected& connected) { return connected.tap.has_value(); };
    const auto taps = std::count_if(launch.connected.begin(), launch.connected.end(), has_tap);
    if (taps > 0 && !context.call.terse)
      fmt::print("make {} TAP{} for the VM, on the bridge; gone with the VM\n", taps, taps == 1 ? "" : "s");
    fmt::print("{}\n", shell_line(words));
  }
  return 0;
}

/// The names of the options that are about the caller's network.
std::vector<std::string_view> network_options(const Invocation& call) {
  std::vector<std::string_view> names;
  if (call.bridge)
    names.push_back("-b");
  if (call.interface)
    names.push_back("-i");
  if (call.uplink)
    names.push_back("--uplink");
  if (!call.forwards.empty())
    names.push_back("--forward");
  return names;
}

} // namespace

Result<int> run_command(const Context& context) {
  launch::Timing timing;
  TRY(auto launch, prepare_launch(context));
  timing.mark("settings");
  TRY(launch::check_effect(launch, network_options(context.call)));
  launch::tell_of_default_switch(launch, context.log);
  if (context.call.dry_run)
    return print_dry_run(launch, context);
  if (launch.line.nics.empty())
    return launch::become_program(launch, timing, context.log);
  TRY(auto elevation, elevation_options(context));
  TRY(auto wiring, Wiring::connect(context.log, elevation));
  network::remove_stale_temporary(wiring.world(), launch.request);
  TRY(recover_moves(context, wiring));
  if (auto connected = launch::connect(launch, wiring.world(), timing); !connected) {
    launch::wind_up(launch, wiring.world());
    return fail(std::move(connected).error());
  }
  wiring.end_privilege();
  return launch::start(std::move(launch), wiring.world(), timing);
}

} // namespace vdeup::cli
