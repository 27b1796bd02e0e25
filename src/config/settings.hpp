#pragma once

#include "base/result.hpp"
#include "model/network.hpp"

#include <optional>
#include <string>

namespace vdeup::config {

/// What a caller can say about where a switch is and whose it is; empty: not said.
struct Choice {
  std::optional<std::string> user{};   ///< -u
  std::optional<std::string> socket{}; ///< -s, QEMUSOCK
  std::optional<std::string> mgmt{};   ///< -S, QEMUMGMT
};

/// Where the environment of this process places things (manual page: CTYS_SOCKBASE, QEMUSOCK, QEMUMGMT).
struct Environment {
  std::string sock_base = "/var/tmp";
  std::optional<std::string> socket{};
  std::optional<std::string> mgmt{};

  [[nodiscard]] static Environment read();
};

/// Settle whose switch is meant and where it is: option before environment before default. QEMUSOCK and
/// QEMUMGMT are the caller's own and say nothing about another user's switch, which `-u` names. A management
/// socket that is not named belongs to the directory: `vde_mgmtX` beside `vde_switchX`, else `DIR.mgmt`.
/// Errors: usage for a user that does not exist or a path that cannot be a socket.
[[nodiscard]] Result<Scope> resolve_scope(const Choice& choice, const Environment& environment);

/// The default socket directory of a user: `BASE/vde_switch0.USER`.
[[nodiscard]] std::string default_socket(const std::string& base, const std::string& user);

/// The management socket that belongs to a socket directory named in the usual way, or nothing.
[[nodiscard]] std::optional<std::string> mgmt_beside(const std::string& socket);

/// The machine id (machine-id(5)), or the host name where there is none: it makes derived addresses unique.
[[nodiscard]] std::string host_seed();

} // namespace vdeup::config
