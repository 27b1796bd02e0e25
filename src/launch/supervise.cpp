#include "launch/supervise.hpp"

#include "launch/start.hpp"
#include "network/temporary.hpp"
#include "process/supervisor.hpp"

#include <fmt/format.h>

#include <poll.h>

#include <cerrno>
#include <cstdio>

namespace vdeup::launch {
namespace {

/// The earliest time at which a relay has something to do.
int shortest_timeout(const std::vector<vde::Relay>& relays) {
  int shortest = -1;
  for (const vde::Relay& relay : relays)
    if (const int timeout = relay.poll_timeout(); timeout >= 0 && (shortest < 0 || timeout < shortest))
      shortest = timeout;
  return shortest;
}

void tell(const vde::Relay& relay, bool was_connected, const Log& log) {
  if (was_connected && !relay.is_connected())
    log.warn("the switch is gone; the VM is connected again when it is back");
  if (!was_connected && relay.is_connected())
    log.info("the switch is back, and the VM is connected to it");
}

/// Carry frames, pass on signals, and wait for the end.
process::ProgramEnd wait_for_end(process::Supervisor& supervisor, std::vector<vde::Relay>& relays,
                                 const Log& log) {
  std::vector<pollfd> entries(1 + relays.size() * vde::Relay::k_poll_entries);
  for (;;) {
    entries[0] = {supervisor.event_fd(), POLLIN, 0};
    for (std::size_t i = 0; i < relays.size(); ++i)
      relays[i].fill(&entries[1 + i * vde::Relay::k_poll_entries]);
    if (::poll(entries.data(), entries.size(), shortest_timeout(relays)) < 0 && errno != EINTR)
      log.warn(fmt::format("cannot wait for the VM: {}", errno_text(errno)));
    if (auto end = supervisor.handle())
      return *end;
    for (std::size_t i = 0; i < relays.size(); ++i) {
      const bool was_connected = relays[i].is_connected();
      relays[i].handle(&entries[1 + i * vde::Relay::k_poll_entries]);
      tell(relays[i], was_connected, log);
    }
  }
}

/// The program has its own copies now. Ours would keep ports and TAPs alive beyond its end.
void release(Launch& launch) {
  launch.attachments.clear();
  launch.taps.clear();
  for (vde::Relay& relay : launch.relays)
    relay.release_vm_end();
}

} // namespace

Result<int> supervise(Launch launch, const network::World& world) {
  (void)std::fflush(nullptr); // else the child would print it once more
  auto supervisor = process::Supervisor::start(launch.program, final_line(launch), final_environment(launch));
  release(launch);
  std::optional<process::ProgramEnd> end;
  if (supervisor)
    end = wait_for_end(supervisor.value(), launch.relays, world.log);
  wind_up(launch, world);
  if (!end)
    return fail(std::move(supervisor).error());
  process::end_like(*end);
}

void wind_up(Launch& launch, const network::World& world) {
  release(launch);
  launch.relays.clear(); // frees their ports
  if (!launch.options.remove)
    return;
  if (auto ended = network::end_temporary(world, launch.request); !ended)
    world.log.warn(fmt::format("cannot take down what was made for this VM: {}", ended.error().message()));
}

} // namespace vdeup::launch
