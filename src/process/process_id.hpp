#pragma once

#include <sys/types.h>

#include <cstdint>

namespace vdeup::process {

/// A process, told from a later one with the same pid by when it began (proc(5), starttime in clock ticks
/// since boot).
struct ProcessId {
  pid_t pid = 0;
  std::uint64_t start_time = 0;
  bool operator==(const ProcessId&) const = default;
};

/// This process.
[[nodiscard]] ProcessId this_process();

/// True while that very process runs. One of another PID namespace counts as gone.
[[nodiscard]] bool is_running(const ProcessId& id);

} // namespace vdeup::process
