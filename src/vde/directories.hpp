#pragma once

#include "base/result.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace vdeup::vde {

/// A place of several users' switches: `PREFIX<user>SUFFIX`, for example `/var/tmp/vde_switch0.` without a
/// suffix, or `/run/vdeup/` with `/switch`.
struct SearchPlace {
  std::string prefix;
  std::string suffix{};
};

/// A file and its owner. Users choose the names of files.
struct FileEntry {
  std::string path;
  uid_t uid = 0;
  gid_t gid = 0;
  mode_t mode = 0;
};

/// A socket of a switch.
struct SocketEntry {
  FileEntry file;
  bool is_dangling = false; ///< no process has it open
};

/// The socket directory of a switch.
struct SwitchDirectory {
  FileEntry file;
  std::optional<std::vector<SocketEntry>> sockets{}; ///< none: not requested, or not readable
};

/// Find the socket directories at these places, in the order of their paths. Makes no connection.
[[nodiscard]] std::vector<SwitchDirectory> find_directories(const std::vector<SearchPlace>& places);

/// Find the sockets in a directory. A dangling one is not in /proc/net/unix and refuses a connection.
[[nodiscard]] std::optional<std::vector<SocketEntry>> list_sockets(const std::string& directory);

/// Find the stale sockets of old clients beside their switches: `DIR.<pid>-<number>`.
[[nodiscard]] std::vector<SocketEntry> find_client_sockets(const std::vector<SearchPlace>& places);

/// The directories of vde_switch and Debian's ifupdown: /run/vde2/NAME.ctl, /run/vde.ctl, /tmp/vde.ctl.
[[nodiscard]] std::vector<SearchPlace> system_places();

} // namespace vdeup::vde
