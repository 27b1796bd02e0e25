#pragma once

#include "base/result.hpp"
#include "model/names.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup::config {

/// How a disk is attached: QEMU's `if=` words, and the devices that have none.
enum class DiskInterface { machine, ide, scsi, sd, mtd, pflash, virtio, virtio_mmio, nvme, usb };

/// How a NIC reaches the outside.
enum class NicLane {
  vde,  ///< a port of the switch
  tap,  ///< its own TAP on the switch's bridge
  user, ///< QEMU's own user-mode network
  none, ///< not at all
};

enum class UsbController { none, machine, xhci };

/// A word of `interface`, and what it is in a QEMU line.
struct DiskInterfaceRow {
  std::string_view word;
  DiskInterface interface;
  bool has_if_word;               ///< the word is one of `if=`
  std::string_view device{};      ///< of a disk; empty where only the machine can choose it
  std::string_view cdrom{device}; ///< of a CD drive
};
inline constexpr std::array<DiskInterfaceRow, 9> k_disk_interfaces{{
    {"ide", DiskInterface::ide, true, "ide-hd", "ide-cd"},
    {"scsi", DiskInterface::scsi, true},
    {"sd", DiskInterface::sd, true},
    {"mtd", DiskInterface::mtd, true},
    {"pflash", DiskInterface::pflash, true},
    {"virtio", DiskInterface::virtio, true, "virtio-blk"},
    {"virtio-mmio", DiskInterface::virtio_mmio, false, "virtio-blk-device"},
    {"nvme", DiskInterface::nvme, false, "nvme"},
    {"usb", DiskInterface::usb, false, "usb-storage"},
}};
/// The row of an interface; an empty one for the machine's choice.
[[nodiscard]] constexpr DiskInterfaceRow row_of(DiskInterface interface) {
  for (const DiskInterfaceRow& row : k_disk_interfaces)
    if (row.interface == interface)
      return row;
  return {{}, DiskInterface::machine, false};
}

struct ProfileDisk {
  std::string file;     ///< absolute path, or what QEMU takes for a protocol; empty: a drive without a medium
  std::string format{}; ///< empty: QEMU looks
  std::string cache{};  ///< empty: QEMU's default
  DiskInterface interface = DiskInterface::machine;
  bool is_cdrom = false;
  bool is_readonly = false;
  std::optional<unsigned> boot_index{};
};

struct ProfileFloppy {
  std::string file;
  bool is_readonly = false;
};

struct ProfileNic {
  NicLane lane = NicLane::vde;
  std::string model{}; ///< a QEMU device; empty: what fits the machine
  std::optional<MacAddress> mac{};
  std::optional<SocketPath> socket{}; ///< of another switch than the caller's
  std::optional<unsigned> port{};
};

/// A virtual machine as a profile describes it (vdeup-profile(5)); an empty text: not said. Only
/// parse_profile() makes one, so every value in it is one that can stand in a QEMU line.
struct Profile {
  std::string name{};
  std::string uuid{};
  std::string program{};                   ///< absolute path, or a name to be found in PATH
  std::string machine{};                   ///< with its properties, as for -machine
  std::vector<std::string> accelerators{}; ///< the first that works is taken
  std::string cpu{};
  std::string smp{};
  std::string memory{};
  std::string bios{};
  std::string dtb{};
  std::string rtc{};
  UsbController usb = UsbController::none;
  bool has_tablet = false;

  std::string boot_order{};
  std::string kernel{};
  std::string initrd{};
  std::string append{};

  std::vector<ProfileDisk> disks{}; ///< CD drives too
  std::vector<ProfileFloppy> floppies{};
  std::vector<ProfileNic> nics{}; ///< none: the profile says nothing about networks

  std::string display{};
  std::string vga{};
  std::string keyboard{};
  std::vector<std::string> serials{};
  std::string monitor{};
  std::vector<std::string> extra{}; ///< words for QEMU as they are
};

/// Where a profile comes from.
struct ProfileOrigin {
  std::string path; ///< absolute; relative paths in the profile begin in its directory, which is `%d`
  std::string user; ///< `%u`
};

/// Read the text of a profile. Pure.
/// Errors: usage, naming file and line.
[[nodiscard]] Result<Profile> parse_profile(std::string_view text, const ProfileOrigin& origin);

} // namespace vdeup::config
