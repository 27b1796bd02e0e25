#include "launch/start.hpp"

#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "launch/supervise.hpp"
#include "process/command.hpp"
#include "qemu/line_facts.hpp"

#include <unistd.h>

#include <cstdio>
#include <string_view>

namespace vdeup::launch {
namespace {

/// Let the program inherit what it was connected with.
Result<> hand_over(const Launch& launch) {
  for (const vde::Attachment& attachment : launch.attachments) {
    TRY(set_inheritable(attachment.data.get(), true));
    TRY(set_inheritable(attachment.control.get(), true));
  }
  for (const vde::Relay& relay : launch.relays) {
    TRY(set_inheritable(relay.vm_end(), true));
  }
  for (const engine::VmTap& tap : launch.taps) {
    for (const UniqueFd& queue : tap.queues) {
      TRY(set_inheritable(queue.get(), true));
    }
    for (const UniqueFd& vhost : tap.vhost) {
      TRY(set_inheritable(vhost.get(), true));
    }
  }
  return ok();
}

/// Say what is run, and with --timing how long it took to come here.
void tell(const Launch& launch, const Timing& timing, const Log& log) {
  if (log.shows(LogLevel::debug))
    log.debug("run: " + shell_line(final_line(launch)));
  if (launch.options.timing)
    log.info("timing: " + timing.text());
}

} // namespace

std::vector<std::string> final_line(const Launch& launch) {
  auto words = qemu::rewrite(launch.line, launch.connected, launch.qemu.best_backend(), chosen_model(launch));
  words.insert(words.begin(), launch.command.begin(), launch.command.end());
  return words;
}

std::vector<std::string> final_environment(const Launch& launch) {
  std::vector<std::string> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text{*variable};
    if (!text.starts_with("QEMUSOCK=") && !text.starts_with("QEMUMGMT="))
      environment.emplace_back(text);
  }
  environment.push_back("QEMUSOCK=" + launch.request.scope.sockets.dir.str());
  environment.push_back("QEMUMGMT=" + launch.request.scope.sockets.mgmt.str());
  return environment;
}

Result<int> become_program(const Launch& launch, Timing& timing, const Log& log) {
  TRY(hand_over(launch));
  timing.mark("line");
  tell(launch, timing, log);
  (void)std::fflush(nullptr); // what we printed must not be lost with our memory
  return fail(process::exec_in_place(launch.program, final_line(launch), final_environment(launch)));
}

Result<int> start(Launch launch, const network::World& world, Timing& timing) {
  if (!launch.options.remove && !launch.options.reconnect)
    return become_program(launch, timing, world.log);
  TRY(hand_over(launch));
  tell(launch, timing, world.log);
  return supervise(std::move(launch), world);
}

} // namespace vdeup::launch
