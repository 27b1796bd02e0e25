#pragma once

#include "base/file_tree.hpp"
#include "model/remote_mount.hpp"

#include <sys/types.h>

#include <string>
#include <vector>

namespace vdeup::dependents {

/// Find the network file systems that a process needs: of /, /usr, its program, its working directory and
/// `home`. These are NFS and similar ones, and file systems on iSCSI, NBD, Ceph RBD and NVMe over fabrics,
/// also below LVM and similar layers. `route` is left open.
[[nodiscard]] std::vector<RemoteMount> find_remote_mounts(const FileTree& tree, pid_t pid,
                                                          const std::string& home);

} // namespace vdeup::dependents
