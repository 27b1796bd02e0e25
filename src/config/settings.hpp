#pragma once

#include "base/result.hpp"
#include "config/config_file.hpp"
#include "config/owner.hpp"
#include "model/network.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::config {

/// Options about the paths and the owner of a switch; empty: not given.
struct Choice {
  std::optional<std::string> user{};   ///< -u: USER or USER.GROUP
  std::optional<std::string> socket{}; ///< -s, QEMUSOCK
  std::optional<std::string> mgmt{};   ///< -S, QEMUMGMT
  std::optional<std::string> group{};  ///< -g
  std::optional<std::string> share{};  ///< --share
};

/// The paths in the environment of this process (manual page: CTYS_SOCKBASE, QEMUSOCK, QEMUMGMT).
struct Environment {
  std::optional<std::string> sock_base{};
  std::optional<std::string> socket{};
  std::optional<std::string> mgmt{};
  std::optional<std::string> uplink{}; ///< VDEUP_UPLINK

  [[nodiscard]] static Environment read();
};

/// The owner and the paths of a switch, and its access if that was set.
struct Settled {
  Scope scope;
  std::optional<SwitchAccess> access{};
};

/// Decide the owner, the paths and the access of a switch: option before environment before files before
/// default. QEMUSOCK and QEMUMGMT do not apply to another user's switch (`-u`), nor does a path in a file
/// that is the same for all owners. The default management socket depends on the directory: `vde_mgmtX`
/// beside `vde_switchX`, else `DIR.mgmt`. Errors: usage for a user or group that does not exist or a path
/// that cannot be a socket; refused for a group that the owner is not in.
[[nodiscard]] Result<Settled> settle(const Choice& choice, const Environment& environment,
                                     const FileSettings& files);

/// The default parent directory of switches.
[[nodiscard]] std::string socket_base(const Environment& environment, const FileSettings& files);

/// The uplink if no option sets it.
[[nodiscard]] std::optional<std::string> uplink_word(const Environment& environment,
                                                     const FileSettings& files);

/// A place of all users' switches: `PREFIX<user>SUFFIX`.
struct SwitchPlace {
  std::string prefix;
  std::string suffix{};
};

/// The places of switches by the settings: the default one, and the caller's own if its path has the user's
/// name. Errors: usage for a path with a wrong `%`.
[[nodiscard]] Result<std::vector<SwitchPlace>> switch_places(const Environment& environment,
                                                             const FileSettings& files);

/// The default socket directory of a user: `BASE/vde_switch0.USER`.
[[nodiscard]] std::string default_socket(const std::string& base, const std::string& user);

/// The management socket that belongs to a socket directory named in the usual way, or nothing.
[[nodiscard]] std::optional<std::string> mgmt_beside(const std::string& socket);

/// The machine id (machine-id(5)), or the host name where there is none: it makes derived addresses unique.
[[nodiscard]] std::string host_seed();

} // namespace vdeup::config
