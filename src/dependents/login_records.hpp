#pragma once

#include "model/ip_address.hpp"
#include "process/process_table.hpp"

#include <string>
#include <vector>

namespace vdeup::dependents {

/// Where a login comes from, according to the host.
struct LoginRecord {
  IpAddress peer;
  std::string server;   ///< the service of the login, if recorded
  std::string evidence; ///< the source, for people
};

/// Read utmp(5) for the terminals of these processes, and systemd-logind for their sessions. A record can
/// outlive its connection.
[[nodiscard]] std::vector<LoginRecord> find_login_records(const FileTree& tree,
                                                          const process::ProcessTable& processes,
                                                          const std::vector<process::Process>& ancestry);

} // namespace vdeup::dependents
