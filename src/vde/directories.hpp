#pragma once

#include "base/result.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace vdeup::vde {

/// Where switches of several users can be: `PREFIX<user>SUFFIX`, as `/var/tmp/vde_switch0.` with nothing
/// behind it, or `/run/vdeup/` with `/switch`.
struct SearchPlace {
  std::string prefix;
  std::string suffix{};
};

/// A file as it stands there, with whom it belongs to. Names in it are whatever users have chosen.
struct FileEntry {
  std::string path;
  uid_t uid = 0;
  gid_t gid = 0;
  mode_t mode = 0;
};

/// A socket of a switch.
struct SocketEntry {
  FileEntry file;
  bool is_dangling = false; ///< nobody listens to it or sends through it any more
};

/// The socket directory of a switch.
struct SwitchDirectory {
  FileEntry file;
  std::optional<std::vector<SocketEntry>> sockets{}; ///< none: not asked for, or not for us to see
};

/// Find the socket directories at these places, in the order of their paths. Nothing is connected to.
[[nodiscard]] std::vector<SwitchDirectory> find_directories(const std::vector<SearchPlace>& places);

/// Find the sockets in a directory, and tell the dangling ones: such a socket is not in /proc/net/unix, and
/// refuses a connection.
[[nodiscard]] std::optional<std::vector<SocketEntry>> list_sockets(const std::string& directory);

/// Find what old clients have left beside their switches: sockets `DIR.<pid>-<number>`.
[[nodiscard]] std::vector<SocketEntry> find_client_sockets(const std::vector<SearchPlace>& places);

/// The places where vde_switch and Debian's ifupdown put theirs: /run/vde2/NAME.ctl, /run/vde.ctl,
/// /tmp/vde.ctl.
[[nodiscard]] std::vector<SearchPlace> system_places();

} // namespace vdeup::vde
