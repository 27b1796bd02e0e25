#include "config/profile_line.hpp"

#include "base/text.hpp"
#include "config/qemu_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::config {
namespace {

class ProfileWriter {
 public:
  explicit ProfileWriter(std::string program) { m_line.words.push_back(std::move(program)); }

  void write_machine(const Profile& vm) {
    if (!vm.name.empty())
      option("-name", (vm.name.find('=') == std::string::npos ? "" : "guest=") + double_commas(vm.name));
    option("-uuid", vm.uuid);
    option("-machine", vm.machine);
    for (const std::string& accelerator : vm.accelerators)
      option("-accel", accelerator);
    option("-cpu", vm.cpu);
    option("-smp", vm.smp);
    option("-m", vm.memory);
    option("-bios", vm.bios);
    option("-dtb", vm.dtb);
    if (!vm.rtc.empty())
      option("-rtc", "base=" + vm.rtc);
    if (vm.usb == UsbController::machine || (vm.has_tablet && vm.usb == UsbController::none))
      m_line.words.emplace_back("-usb");
    if (vm.usb == UsbController::xhci)
      option("-device", "qemu-xhci");
    if (vm.has_tablet)
      option("-device", "usb-tablet");
  }

  void write_boot(const Profile& vm) {
    option("-kernel", vm.kernel);
    option("-initrd", vm.initrd);
    option("-append", vm.append);
    if (!vm.boot_order.empty())
      option("-boot", "order=" + vm.boot_order);
  }

  void write_disk(const ProfileDisk& disk, std::size_t number) {
    const DiskInterfaceRow row = row_of(disk.interface);
    const bool is_device = disk.boot_index || !row.has_if_word;
    const std::string_view device = !is_device ? "" : disk.is_cdrom ? row.cdrom : row.device;
    const std::string id = fmt::format("disk{}", number);
    std::string drive = fmt::format("id={}", id);
    if (!device.empty())
      drive += ",if=none";
    else if (row.has_if_word)
      drive += fmt::format(",if={}", row.word);
    if (disk.is_cdrom)
      drive += ",media=cdrom";
    if (!disk.file.empty())
      drive += ",file=" + double_commas(disk.file);
    if (!disk.format.empty())
      drive += ",format=" + disk.format;
    if (!disk.cache.empty())
      drive += ",cache=" + disk.cache;
    if (disk.is_readonly)
      drive += ",readonly=on";
    option("-drive", drive);
    if (!device.empty())
      write_disk_device(disk, device, id);
  }

  void write_floppy(const ProfileFloppy& floppy, std::size_t number) {
    // A floppy image has no header that could tell its format, and QEMU warns where it has to guess.
    option("-drive", fmt::format("if=floppy,index={},format=raw,file={}{}", number,
                                 double_commas(floppy.file), floppy.is_readonly ? ",readonly=on" : ""));
  }

  void write_nics(const std::vector<ProfileNic>& nics) {
    for (std::size_t i = 0; i < nics.size(); ++i)
      if (nics[i].lane != NicLane::none)
        write_nic(nics[i], fmt::format("nic{}", i));
    const bool is_alone = std::all_of(nics.begin(), nics.end(),
                                      [](const ProfileNic& nic) { return nic.lane == NicLane::none; });
    if (is_alone && !nics.empty())
      option("-nic", "none");
  }

  void write_consoles(const Profile& vm) {
    option("-display", vm.display);
    option("-vga", vm.vga);
    option("-k", vm.keyboard);
    for (const std::string& serial : vm.serials)
      option("-serial", serial);
    option("-monitor", vm.monitor);
    m_line.words.insert(m_line.words.end(), vm.extra.begin(), vm.extra.end());
  }

  ProfileLine take_line() { return std::move(m_line); }

 private:
  /// An option with its value; nothing if there is no value.
  void option(std::string_view name, std::string_view value) {
    if (value.empty())
      return;
    m_line.words.emplace_back(name);
    m_line.words.emplace_back(value);
  }

  void write_disk_device(const ProfileDisk& disk, std::string_view device, const std::string& id) {
    std::string text = fmt::format("{},drive={}", device, id);
    if (disk.interface == DiskInterface::nvme)
      text += ",serial=" + id; // it insists on one
    if (disk.boot_index)
      text += fmt::format(",bootindex={}", *disk.boot_index);
    option("-device", text);
  }

  void write_nic(const ProfileNic& nic, const std::string& id) {
    const bool is_ours = nic.lane != NicLane::user;
    std::string backend = fmt::format("{},id={}", is_ours ? "vde" : "user", id);
    if (nic.socket)
      backend += ",sock=" + double_commas(nic.socket->str());
    if (nic.port)
      backend += fmt::format(",port={}", *nic.port);
    const std::string mac = nic.mac ? ",mac=" + nic.mac->str() : "";
    if (is_ours)
      m_line.lanes.push_back({id, nic.lane, nic.model.empty()});
    if (nic.model.empty())
      return option("-nic", backend + mac);
    option("-netdev", backend);
    // `virtio` is what -nic calls it; the device for it has another name on each bus, and this one on all.
    option("-device",
           fmt::format("{},netdev={}{}", nic.model == "virtio" ? "virtio-net" : nic.model, id, mac));
  }

  ProfileLine m_line{};
};

} // namespace

ProfileLine to_qemu_line(const Profile& profile, const std::string& default_program) {
  ProfileWriter writer{profile.program.empty() ? default_program : profile.program};
  writer.write_machine(profile);
  writer.write_boot(profile);
  for (std::size_t i = 0; i < profile.disks.size(); ++i)
    writer.write_disk(profile.disks[i], i);
  for (std::size_t i = 0; i < profile.floppies.size(); ++i)
    writer.write_floppy(profile.floppies[i], i);
  writer.write_nics(profile.nics);
  writer.write_consoles(profile);
  return writer.take_line();
}

} // namespace vdeup::config
