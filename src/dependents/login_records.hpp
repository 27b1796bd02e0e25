#pragma once

#include "model/ip_address.hpp"
#include "process/process_table.hpp"

#include <string>
#include <vector>

namespace vdeup::dependents {

/// What a host has written down of where a login comes from.
struct LoginRecord {
  IpAddress peer;
  std::string server;   ///< the service that logged the user in, as far as it is said
  std::string evidence; ///< who says so, for people
};

/// Read what utmp(5) says of the terminals of these processes, and systemd-logind of their sessions. A record
/// can outlive its connection.
[[nodiscard]] std::vector<LoginRecord> find_login_records(const FileTree& tree,
                                                          const process::ProcessTable& processes,
                                                          const std::vector<process::Process>& ancestry);

} // namespace vdeup::dependents
