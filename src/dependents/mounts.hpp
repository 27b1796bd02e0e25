#pragma once

#include "base/file_tree.hpp"
#include "model/remote_mount.hpp"

#include <sys/types.h>

#include <string>
#include <vector>

namespace vdeup::dependents {

/// Find what a process needs that comes over the network: the file systems of /, /usr, of the program itself,
/// of its working directory and of `home`; NFS and its like, and file systems on iSCSI, NBD, Ceph's RBD and
/// NVMe over fabrics, also below LVM and the like. `route` is left open.
[[nodiscard]] std::vector<RemoteMount> find_remote_mounts(const FileTree& tree, pid_t pid,
                                                          const std::string& home);

} // namespace vdeup::dependents
