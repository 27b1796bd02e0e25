#pragma once

#include "base/deadline.hpp"
#include "base/unique_fd.hpp"
#include "model/names.hpp"

#include <sys/types.h>

#include <optional>
#include <string>

namespace vdeup::vde {

/// Descriptors for a VM are numbered from here on. Below it users number their own: -add-fd fd=3.
inline constexpr int k_lowest_fd = 10;

/// A connection to a port of a switch. The switch frees the port when the last copy of `control` is closed,
/// so both descriptors are passed to QEMU. Both are close-on-exec and at least 10.
struct Attachment {
  UniqueFd data;    ///< AF_UNIX datagram socket, one Ethernet frame a datagram
  UniqueFd control; ///< the stream to `ctl`
};

/// Options of a connection. The defaults are vde_open's own.
struct AttachOptions {
  std::string description;            ///< shown by port/print; plain ASCII
  unsigned port = 0;                  ///< 0: any free port
  std::optional<std::string> group{}; ///< group of our end of the connection
  mode_t mode = 0700;                 ///< and its mode; never 0, which would lock out the switch itself
};

/// Attach to a switch, as vde_open(3) does: a full or stopped switch does not answer before the deadline. If
/// the switch is shared with a group, our end of the connection is given to that group. Errors: timed_out;
/// missing, not_permitted, failed as the system says; refused for an answer that names a socket elsewhere.
[[nodiscard]] Result<Attachment> attach(const SocketPath& dir, AttachOptions options,
                                        const Deadline& deadline);

/// Check that attach() would find a switch there that lets this process in; makes no connection.
/// Errors: as those of attach().
[[nodiscard]] Result<> check_attachable(const SocketPath& dir);

} // namespace vdeup::vde
