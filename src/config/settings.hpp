#pragma once

#include "base/result.hpp"
#include "config/config_file.hpp"
#include "config/owner.hpp"
#include "model/network.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::config {

/// What a caller can say about where a switch is and whose it is; empty: not said.
struct Choice {
  std::optional<std::string> user{};   ///< -u: USER or USER.GROUP
  std::optional<std::string> socket{}; ///< -s, QEMUSOCK
  std::optional<std::string> mgmt{};   ///< -S, QEMUMGMT
  std::optional<std::string> group{};  ///< -g
  std::optional<std::string> share{};  ///< --share
};

/// Where the environment of this process places things (manual page: CTYS_SOCKBASE, QEMUSOCK, QEMUMGMT).
struct Environment {
  std::optional<std::string> sock_base{};
  std::optional<std::string> socket{};
  std::optional<std::string> mgmt{};
  std::optional<std::string> uplink{}; ///< VDEUP_UPLINK

  [[nodiscard]] static Environment read();
};

/// Whose switch, where it is, and who may use it; the last only if somebody said so.
struct Settled {
  Scope scope;
  std::optional<SwitchAccess> access{};
};

/// Settle whose switch is meant, where it is and for whom: option before environment before files before
/// default. QEMUSOCK and QEMUMGMT are the caller's own and say nothing about another user's switch, which
/// `-u` names; nor does a path in a file that is the same for all owners. A management socket that is not
/// named belongs to the directory: `vde_mgmtX` beside `vde_switchX`, else `DIR.mgmt`. Errors: usage for a
/// user or group that does not exist or a path that cannot be a socket; refused for a group that the owner is
/// not in.
[[nodiscard]] Result<Settled> settle(const Choice& choice, const Environment& environment,
                                     const FileSettings& files);

/// The directory under which switches are by default.
[[nodiscard]] std::string socket_base(const Environment& environment, const FileSettings& files);

/// The uplink that is to be used where no option says so.
[[nodiscard]] std::optional<std::string> uplink_word(const Environment& environment,
                                                     const FileSettings& files);

/// Where the switches of all users are: `PREFIX<user>SUFFIX`.
struct SwitchPlace {
  std::string prefix;
  std::string suffix{};
};

/// The places that the settings come to for one user and another: the default one, and the caller's own if it
/// is named after him. Errors: usage for a path with a wrong `%`.
[[nodiscard]] Result<std::vector<SwitchPlace>> switch_places(const Environment& environment,
                                                             const FileSettings& files);

/// The default socket directory of a user: `BASE/vde_switch0.USER`.
[[nodiscard]] std::string default_socket(const std::string& base, const std::string& user);

/// The management socket that belongs to a socket directory named in the usual way, or nothing.
[[nodiscard]] std::optional<std::string> mgmt_beside(const std::string& socket);

/// The machine id (machine-id(5)), or the host name where there is none: it makes derived addresses unique.
[[nodiscard]] std::string host_seed();

} // namespace vdeup::config
