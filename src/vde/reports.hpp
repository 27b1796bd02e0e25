#pragma once

#include "model/network.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vdeup::vde {

// Parsers of what the console of vde_switch 2.3 prints. Pure. Other lines are skipped: clients choose parts
// of this text.

/// What a switch reports of its process.
struct ProcessReport {
  std::optional<pid_t> pid{};
  std::optional<MacAddress> mac{};
  std::optional<std::uint64_t> uptime{}; ///< in seconds
};

/// `pid 7388 MAC 00:ff:7a:20:3b:23 uptime 0` in the lines of showinfo.
[[nodiscard]] ProcessReport parse_process(const std::vector<std::string>& showinfo);

/// `ctl dir /abs/path` in the lines of ds/showinfo.
[[nodiscard]] std::optional<std::string> parse_ctl_dir(const std::vector<std::string>& ds_showinfo);

/// `Numports=32` in the lines of port/showinfo.
[[nodiscard]] std::optional<unsigned> parse_port_limit(const std::vector<std::string>& port_showinfo);

/// The ports, with counters and endpoints, in the lines of port/print.
[[nodiscard]] std::vector<SwitchPort> parse_ports(const std::vector<std::string>& port_print);

/// `Hash: 0039 Addr: 52:54:00:aa:bb:01 VLAN 0000 to port: 002  age 13 secs` in the lines of hash/print.
[[nodiscard]] std::vector<LearntAddress> parse_learnt(const std::vector<std::string>& hash_print);

} // namespace vdeup::vde
