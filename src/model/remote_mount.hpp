#pragma once

#include "model/ip_address.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace vdeup {

/// A file system that this host, or the caller, needs to go on, and that comes over the network.
struct RemoteMount {
  std::string purpose; ///< what it is needed for: "the root file system", "your home", …
  std::string mount_point;
  std::string type;                  ///< nfs4, cifs, …; or the kind of the block device: iSCSI, NBD, …
  bool is_vital = false;             ///< without it no program runs any more, ours included
  std::optional<IpAddress> server{}; ///< none: not known
  std::uint32_t route = 0;           ///< index of the interface that it is reached through; 0: not known
};

} // namespace vdeup
