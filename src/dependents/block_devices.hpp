#pragma once

#include "base/file_tree.hpp"

#include <optional>
#include <string>

namespace vdeup::dependents {

/// Say how a block device (`MAJOR:MINOR`) is reached over the network: "iSCSI", "NBD", …; nothing for one
/// that is in this host. One that is made of others, as LVM's are, is what the first such part is.
[[nodiscard]] std::optional<std::string> network_transport(const FileTree& tree, const std::string& device);

} // namespace vdeup::dependents
