// What a caller needs over the network: recorded mount tables (tests/cases/mounts/CASE has one and the
// answer), and trees of block devices as sysfs shows them.

#include "dependents/block_devices.hpp"
#include "dependents/guard_lab.hpp"
#include "dependents/mounts.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace guard_lab;
using namespace vdeup;
using namespace vdeup::dependents;

namespace {

const std::string k_root = "/var/tmp/home/host";

std::string write(const std::vector<RemoteMount>& mounts) {
  std::string text;
  for (const RemoteMount& mount : mounts)
    text += fmt::format("{}{} at {}, {}{}\n", mount.is_vital ? "vital: " : "", mount.purpose,
                        mount.mount_point, mount.type, mount.server ? " from " + mount.server->str() : "");
  return text;
}

/// Make a block device of sysfs: its directory, and its number that leads there.
void make_device(const std::string& number, const std::string& path) {
  std::filesystem::create_directories(k_root + "/sys/dev/block");
  std::filesystem::create_directories(k_root + "/sys/devices/" + path);
  std::filesystem::create_symlink("../../devices/" + path, k_root + "/sys/dev/block/" + number);
}

} // namespace

TEST_CASE("mounts: each recorded table gets its answer", "[guard]") {
  const std::filesystem::path cases = std::string{VDEUP_CASES} + "/mounts";
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(cases)) {
    INFO(entry.path().string());
    const std::string root = fmt::format("{}{}", k_root, seen++);
    write_file(root + "/proc/7/mountinfo", lab::read_file(entry.path() / "mountinfo"));
    CHECK(write(find_remote_mounts(FileTree{root}, 7, "/home/alice")) ==
          lab::read_file(entry.path() / "expected"));
  }
  CHECK(seen >= 13);
}

TEST_CASE("mounts: a working directory and a program on NFS are seen where they are", "[guard]") {
  write_file(k_root + "/proc/7/mountinfo",
             "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n41 22 0:50 / /srv rw - nfs4 f:/s rw,addr=192.0.2.20\n");
  std::filesystem::create_symlink("/srv/work", k_root + "/proc/7/cwd");
  CHECK(write(find_remote_mounts(FileTree{k_root}, 7, "/root")) ==
        "your working directory at /srv, nfs4 from 192.0.2.20\n");
  std::filesystem::create_symlink("/srv/bin/vdeup", k_root + "/proc/7/exe");
  CHECK(write(find_remote_mounts(FileTree{k_root}, 7, "/root")) ==
        "vital: vdeup itself at /srv, nfs4 from 192.0.2.20\n");
}

TEST_CASE("mounts: this host's own are looked at without an answer that it would not have", "[guard]") {
  CHECK(write(find_remote_mounts(FileTree{}, ::getpid(), "/var/tmp/home")) == "");
}

TEST_CASE("mounts: a root on iSCSI, also below LVM, is vital and of no known server", "[guard]") {
  write_file(k_root + "/proc/7/mountinfo", "22 1 253:0 / / rw - ext4 /dev/mapper/vg-root rw\n");
  make_device("8:16", "platform/host3/session1/target3:0:0/3:0:0:1/block/sdb");
  make_device("253:0", "virtual/block/dm-0");
  std::filesystem::create_directories(k_root + "/sys/devices/virtual/block/dm-0/slaves");
  CHECK(write(find_remote_mounts(FileTree{k_root}, 7, "/root")) == "");
  std::filesystem::create_symlink("../../../../platform/host3/session1/target3:0:0/3:0:0:1/block/sdb",
                                  k_root + "/sys/devices/virtual/block/dm-0/slaves/sdb");
  CHECK(write(find_remote_mounts(FileTree{k_root}, 7, "/root")) ==
        "vital: the root file system at /, iSCSI\n");
}

TEST_CASE("mounts: block devices tell by their place whether they are of this host", "[guard]") {
  const FileTree tree{k_root};
  make_device("43:0", "virtual/block/nbd0");
  make_device("43:1", "virtual/block/nbd0/nbd0p1");
  make_device("252:0", "rbd/0/block/rbd0");
  make_device("8:1", "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block/sda/sda1");
  make_device("259:0", "pci0000:00/0000:00:01.0/nvme/nvme0/nvme0n1");
  make_device("259:1", "virtual/nvme-subsystem/nvme-subsys1/nvme1n1");
  write_file(k_root + "/sys/devices/pci0000:00/0000:00:01.0/nvme/nvme0/transport", "pcie\n");
  write_file(k_root + "/sys/devices/virtual/nvme-subsystem/nvme-subsys1/nvme1/transport", "tcp\n");
  CHECK(network_transport(tree, "43:0") == "NBD");
  CHECK(network_transport(tree, "43:1") == "NBD");
  CHECK(network_transport(tree, "252:0") == "RBD");
  CHECK_FALSE(network_transport(tree, "8:1"));
  CHECK_FALSE(network_transport(tree, "259:0"));
  CHECK(network_transport(tree, "259:1") == "NVMe over tcp");
  CHECK_FALSE(network_transport(tree, "1:1"));
}

TEST_CASE("mounts: devices that are made of each other come to an end", "[guard]") {
  make_device("253:0", "virtual/block/dm-0");
  std::filesystem::create_directories(k_root + "/sys/devices/virtual/block/dm-0/slaves");
  std::filesystem::create_symlink("../../dm-0", k_root + "/sys/devices/virtual/block/dm-0/slaves/dm-0");
  CHECK_FALSE(network_transport(FileTree{k_root}, "253:0"));
}
