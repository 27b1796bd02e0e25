#pragma once

#include "launch/launch.hpp"

#include <string_view>
#include <vector>

namespace vdeup::launch {

/// Refuse options that have no effect on this line. `network_options` are the names of those that were given
/// for the caller's network (`-b`, `--uplink`, …). A line that starts no VM (`-version`) may have any.
/// Errors: usage, naming the option and what it needs.
[[nodiscard]] Result<> check_effect(const Launch& launch, std::vector<std::string_view> network_options);

/// Tell of a running switch that QEMU itself would have joined for a `vde` without `sock=`.
void tell_of_default_switch(const Launch& launch, const Log& log);

} // namespace vdeup::launch
