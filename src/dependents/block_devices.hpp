#pragma once

#include "base/file_tree.hpp"

#include <optional>
#include <string>

namespace vdeup::dependents {

/// How a block device (`MAJOR:MINOR`) is reached over the network: "iSCSI", "NBD", …; nothing for a local
/// one. A device of several parts, as of LVM, counts as its first remote part.
[[nodiscard]] std::optional<std::string> network_transport(const FileTree& tree, const std::string& device);

} // namespace vdeup::dependents
