#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>

namespace vdeup::kernel {

// Settings under /proc/sys/net, which shows the network namespace of its reader: "ipv4/ip_forward".

/// Read a number; nothing if the kernel has no such setting.
[[nodiscard]] std::optional<int> read_sysctl(const std::string& name);

/// Write a value. Errors: missing without such a setting.
[[nodiscard]] Result<> write_sysctl(const std::string& name, const std::string& value);

} // namespace vdeup::kernel
