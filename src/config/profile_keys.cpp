#include "config/profile_keys.hpp"

#include <array>

namespace vdeup::config {
namespace {

constexpr unsigned k_max_boot_indices = 1000;
constexpr unsigned k_max_ports = 65535;

template <class T, class U>
Result<> store(T& place, Result<U> value) {
  if (!value)
    return fail(std::move(value).error());
  place = std::move(value).value();
  return ok();
}

template <class T>
Result<> append(std::vector<T>& list, Result<std::vector<T>> more) {
  if (!more)
    return fail(std::move(more).error());
  list.insert(list.end(), more.value().begin(), more.value().end());
  return ok();
}

Result<UsbController> read_usb(const ProfileValue& value) {
  return value.choice<UsbController>(
      {{"no", UsbController::none}, {"yes", UsbController::machine}, {"xhci", UsbController::xhci}});
}

Result<DiskInterface> read_interface(const ProfileValue& value) {
  return value.choice<DiskInterface>({{"ide", DiskInterface::ide},
                                      {"scsi", DiskInterface::scsi},
                                      {"sd", DiskInterface::sd},
                                      {"mtd", DiskInterface::mtd},
                                      {"pflash", DiskInterface::pflash},
                                      {"virtio", DiskInterface::virtio},
                                      {"virtio-mmio", DiskInterface::virtio_mmio},
                                      {"nvme", DiskInterface::nvme},
                                      {"usb", DiskInterface::usb}});
}

Result<std::string_view> read_cache(const ProfileValue& value) {
  return value.choice<std::string_view>({{"none", "none"},
                                         {"writeback", "writeback"},
                                         {"writethrough", "writethrough"},
                                         {"directsync", "directsync"},
                                         {"unsafe", "unsafe"}});
}

Result<NicLane> read_lane(const ProfileValue& value) {
  return value.choice<NicLane>(
      {{"vde", NicLane::vde}, {"tap", NicLane::tap}, {"user", NicLane::user}, {"none", NicLane::none}});
}

constexpr std::array k_vm_keys{
    ProfileKey{"name",
               [](Profile& vm, const ProfileValue& value) { return store(vm.name, value.word("._+-")); }},
    ProfileKey{"uuid", [](Profile& vm, const ProfileValue& value) { return store(vm.uuid, value.uuid()); }},
    ProfileKey{"program",
               [](Profile& vm, const ProfileValue& value) { return store(vm.program, value.program()); }},
    ProfileKey{"machine",
               [](Profile& vm, const ProfileValue& value) { return store(vm.machine, value.option()); }},
    ProfileKey{"accel",
               [](Profile& vm, const ProfileValue& value) { return append(vm.accelerators, value.words()); }},
    ProfileKey{"cpu", [](Profile& vm, const ProfileValue& value) { return store(vm.cpu, value.option()); }},
    ProfileKey{"smp", [](Profile& vm, const ProfileValue& value) { return store(vm.smp, value.word("=,")); }},
    ProfileKey{"memory",
               [](Profile& vm, const ProfileValue& value) { return store(vm.memory, value.memory_size()); }},
    ProfileKey{"bios", [](Profile& vm, const ProfileValue& value) { return store(vm.bios, value.path()); }},
    ProfileKey{"dtb", [](Profile& vm, const ProfileValue& value) { return store(vm.dtb, value.path()); }},
    ProfileKey{"rtc", [](Profile& vm, const ProfileValue& value) { return store(vm.rtc, value.word(":-")); }},
    ProfileKey{"usb", [](Profile& vm, const ProfileValue& value) { return store(vm.usb, read_usb(value)); }},
    ProfileKey{"tablet", [](Profile& vm,
                            const ProfileValue& value) { return store(vm.has_tablet, value.yes_or_no()); }},
};

constexpr std::array k_boot_keys{
    ProfileKey{"order",
               [](Profile& vm, const ProfileValue& value) { return store(vm.boot_order, value.word("")); }},
    ProfileKey{"kernel",
               [](Profile& vm, const ProfileValue& value) { return store(vm.kernel, value.path()); }},
    ProfileKey{"initrd",
               [](Profile& vm, const ProfileValue& value) { return store(vm.initrd, value.path()); }},
    ProfileKey{"append",
               [](Profile& vm, const ProfileValue& value) { return store(vm.append, value.text()); }},
};

constexpr ProfileKey k_drive_file{
    "file", [](Profile& vm, const ProfileValue& value) { return store(vm.disks.back().file, value.path()); }};
constexpr ProfileKey k_drive_interface{"interface", [](Profile& vm, const ProfileValue& value) {
                                         return store(vm.disks.back().interface, read_interface(value));
                                       }};
constexpr ProfileKey k_drive_boot_index{"boot-index", [](Profile& vm, const ProfileValue& value) {
                                          return store(vm.disks.back().boot_index,
                                                       value.number(0, k_max_boot_indices));
                                        }};

constexpr std::array k_disk_keys{
    k_drive_file,
    k_drive_interface,
    k_drive_boot_index,
    ProfileKey{"format",
               [](Profile& vm, const ProfileValue& value) {
                 return store(vm.disks.back().format, value.word("-"));
               }},
    ProfileKey{"cache",
               [](Profile& vm, const ProfileValue& value) {
                 return store(vm.disks.back().cache, read_cache(value));
               }},
    ProfileKey{"readonly",
               [](Profile& vm, const ProfileValue& value) {
                 return store(vm.disks.back().is_readonly, value.yes_or_no());
               }},
};

constexpr std::array k_cdrom_keys{k_drive_file, k_drive_interface, k_drive_boot_index};

constexpr std::array k_floppy_keys{
    ProfileKey{
        "file",
        [](Profile& vm, const ProfileValue& value) { return store(vm.floppies.back().file, value.path()); }},
    ProfileKey{"readonly",
               [](Profile& vm, const ProfileValue& value) {
                 return store(vm.floppies.back().is_readonly, value.yes_or_no());
               }},
};

constexpr std::array k_nic_keys{
    ProfileKey{
        "lane",
        [](Profile& vm, const ProfileValue& value) { return store(vm.nics.back().lane, read_lane(value)); }},
    ProfileKey{"model",
               [](Profile& vm, const ProfileValue& value) {
                 return store(vm.nics.back().model, value.word("._-"));
               }},
    ProfileKey{"mac",
               [](Profile& vm, const ProfileValue& value) { return store(vm.nics.back().mac, value.mac()); }},
    ProfileKey{"switch",
               [](Profile& vm, const ProfileValue& value) {
                 return store(vm.nics.back().socket, value.switch_directory());
               }},
    ProfileKey{"port",
               [](Profile& vm, const ProfileValue& value) {
                 return store(vm.nics.back().port, value.number(1, k_max_ports));
               }},
};

constexpr std::array k_screen_keys{
    ProfileKey{"display",
               [](Profile& vm, const ProfileValue& value) { return store(vm.display, value.option()); }},
    ProfileKey{"vga", [](Profile& vm, const ProfileValue& value) { return store(vm.vga, value.word("-")); }},
    ProfileKey{"keyboard",
               [](Profile& vm, const ProfileValue& value) { return store(vm.keyboard, value.word("-")); }},
};

constexpr std::array k_console_keys{
    ProfileKey{"serial",
               [](Profile& vm, const ProfileValue& value) {
                 return store(vm.serials.emplace_back(), value.option());
               },
               true},
    ProfileKey{"monitor",
               [](Profile& vm, const ProfileValue& value) { return store(vm.monitor, value.option()); }},
};

constexpr std::array k_extra_keys{
    ProfileKey{"qemu", [](Profile& vm, const ProfileValue& value) { return append(vm.extra, value.words()); },
               true},
};

constexpr std::array k_sections{
    ProfileSection{"vm", k_vm_keys},
    ProfileSection{"boot", k_boot_keys},
    ProfileSection{"disk", k_disk_keys, [](Profile& vm) { vm.disks.emplace_back(); }},
    ProfileSection{"cdrom", k_cdrom_keys, [](Profile& vm) { vm.disks.emplace_back().is_cdrom = true; }},
    ProfileSection{"floppy", k_floppy_keys, [](Profile& vm) { vm.floppies.emplace_back(); }},
    ProfileSection{"nic", k_nic_keys, [](Profile& vm) { vm.nics.emplace_back(); }},
    ProfileSection{"screen", k_screen_keys},
    ProfileSection{"console", k_console_keys},
    ProfileSection{"extra", k_extra_keys},
};

} // namespace

std::span<const ProfileSection> profile_sections() {
  return k_sections;
}

} // namespace vdeup::config
