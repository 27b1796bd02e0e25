#pragma once

#include "guard/processes.hpp"
#include "model/ip_address.hpp"

#include <string>
#include <vector>

namespace vdeup::guard {

/// What a host has written down of where a login comes from.
struct LoginRecord {
  IpAddress peer;
  std::string server;   ///< the service that logged the user in, as far as it is said
  std::string evidence; ///< who says so, for people
};

/// Read what utmp(5) says of the terminals of these processes, and systemd-logind of their sessions. A record
/// can outlive its connection.
[[nodiscard]] std::vector<LoginRecord> find_login_records(const Tree& tree, const ProcessTable& processes,
                                                          const std::vector<Process>& ancestry);

} // namespace vdeup::guard
