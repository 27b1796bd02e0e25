#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/keeper.hpp"
#include "cli/launch.hpp"
#include "cli/nic_mover.hpp"
#include "cli/output.hpp"
#include "cli/supervise.hpp"
#include "cli/uplink.hpp"
#include "process/command.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace vdeup::cli {
namespace {

Result<int> print_dry_run(Launch& launch, const Context& context) {
  TRY(auto wiring, Wiring::connect(context.log));
  TRY(auto rehearsed, rehearse(launch, wiring));
  const Plan& plan = rehearsed.plan;
  const auto words = final_line(launch);
  if (context.call.json) {
    auto answer = json_answer("run");
    answer["plan"] = to_json(plan);
    answer["argv"] = boost::json::array(words.begin(), words.end());
    print_json(answer);
  } else {
    if (!context.call.terse)
      explain_uplink(rehearsed, context.log);
    context.call.terse ? print_plan_rows(plan) : print_plan(plan);
    const auto has_tap = [](const qemu::Connected& connected) { return connected.tap.has_value(); };
    const auto taps = std::count_if(launch.connected.begin(), launch.connected.end(), has_tap);
    if (taps > 0 && !context.call.terse)
      fmt::print("make {} TAP{} for the VM, on the bridge; gone with the VM\n", taps, taps == 1 ? "" : "s");
    fmt::print("{}\n", shell_line(words));
  }
  return 0;
}

/// The last words before the program has the stage.
void tell(const Launch& launch, const std::vector<std::string>& words, const Timing& timing, const Log& log) {
  if (log.shows(LogLevel::debug))
    log.debug("run: " + shell_line(words));
  if (launch.options.timing)
    log.info("timing: " + timing.text());
}

Result<int> become_program(const Launch& launch, Timing& timing, const Log& log) {
  const auto words = final_line(launch);
  TRY(hand_over(launch));
  timing.mark("line");
  tell(launch, words, timing, log);
  (void)std::fflush(nullptr); // what we printed must not be lost with our memory
  return fail(process::exec_in_place(launch.program, words, final_environment(launch)));
}

} // namespace

Result<int> run_command(const Context& context) {
  Timing timing;
  TRY(auto launch, prepare(context));
  timing.mark("settings");
  if (context.call.dry_run)
    return print_dry_run(launch, context);
  if (launch.line.nics.empty())
    return become_program(launch, timing, context.log);
  TRY(auto wish, privilege_wish(context));
  TRY(auto wiring, Wiring::connect(context.log, wish));
  clear_left_behind(wiring, launch.request);
  TRY(settle_moves(context, wiring));
  if (auto connected = connect(launch, wiring, timing); !connected) {
    wind_up(launch, wiring);
    return fail(std::move(connected).error());
  }
  wiring.end_privilege();
  if (!launch.options.remove && !launch.options.reconnect)
    return become_program(launch, timing, context.log);
  TRY(hand_over(launch));
  tell(launch, final_line(launch), timing, context.log);
  return supervise(std::move(launch), wiring);
}

} // namespace vdeup::cli
