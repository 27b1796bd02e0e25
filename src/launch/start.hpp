#pragma once

#include "launch/launch.hpp"
#include "launch/timing.hpp"
#include "network/world.hpp"

#include <string>
#include <vector>

namespace vdeup::launch {

/// The line that the program gets, with argv[0].
[[nodiscard]] std::vector<std::string> final_line(const Launch& launch);

/// The environment that the program gets: the caller's, and where the switch is.
[[nodiscard]] std::vector<std::string> final_environment(const Launch& launch);

/// Become the program of a launch, which inherits its connections. Returns only if that failed.
[[nodiscard]] Result<int> become_program(const Launch& launch, Timing& timing, const Log& log);

/// Become the program, or with `--rm` and `--reconnect` run it as a child. Returns only if that failed.
[[nodiscard]] Result<int> start(Launch launch, const network::World& world, Timing& timing);

} // namespace vdeup::launch
