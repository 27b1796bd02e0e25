#include "config/profile_keys.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace vdeup::config {
namespace {

// Where a member is: in the profile, or in what the section began.
template <class T>
Profile& holder(Profile& vm, T Profile::*) {
  return vm;
}
template <class T>
ProfileDisk& holder(Profile& vm, T ProfileDisk::*) {
  return vm.disks.back();
}
template <class T>
ProfileFloppy& holder(Profile& vm, T ProfileFloppy::*) {
  return vm.floppies.back();
}
template <class T>
ProfileNic& holder(Profile& vm, T ProfileNic::*) {
  return vm.nics.back();
}

template <class T, class U>
void put(T& place, U value) {
  place = std::move(value);
}
template <class T>
void put(std::vector<T>& place, T value) {
  place.push_back(std::move(value));
}
template <class T>
void put(std::vector<T>& place, std::vector<T> more) {
  place.insert(place.end(), more.begin(), more.end());
}

/// Parse a value and store it in a member.
template <auto member, auto parser>
Result<> store(Profile& vm, const ProfileValue& text) {
  TRY(auto value, std::invoke(parser, text));
  put(holder(vm, member).*member, std::move(value));
  return ok();
}

// The parsers of values that are not members of ProfileValue.
namespace parsers {

template <char... signs>
Result<std::string> word(const ProfileValue& value) {
  constexpr std::array<char, sizeof...(signs)> all{signs...};
  return value.word({all.data(), all.size()});
}

template <unsigned min, unsigned max>
Result<unsigned> number(const ProfileValue& value) {
  return value.number(min, max);
}

Result<UsbController> usb(const ProfileValue& value) {
  return value.choice<UsbController>(
      {{"no", UsbController::none}, {"yes", UsbController::machine}, {"xhci", UsbController::xhci}});
}

Result<DiskInterface> interface(const ProfileValue& value) {
  std::vector<std::string_view> words;
  for (const DiskInterfaceRow& row : k_disk_interfaces)
    words.push_back(row.word);
  TRY(auto word, value.one_of(std::move(words)));
  return std::find_if(k_disk_interfaces.begin(), k_disk_interfaces.end(),
                      [&](const DiskInterfaceRow& row) { return row.word == word; })
      ->interface;
}

Result<std::string> cache(const ProfileValue& value) {
  return value.one_of({"none", "writeback", "writethrough", "directsync", "unsafe"});
}

Result<NicLane> lane(const ProfileValue& value) {
  return value.choice<NicLane>(
      {{"vde", NicLane::vde}, {"tap", NicLane::tap}, {"user", NicLane::user}, {"none", NicLane::none}});
}

} // namespace parsers

constexpr unsigned k_max_boot_index = 1000;
constexpr unsigned k_max_port = 65535;

constexpr std::array k_vm_keys{
    ProfileKey{"name", store<&Profile::name, parsers::word<'.', '_', '+', '-'>>},
    ProfileKey{"uuid", store<&Profile::uuid, &ProfileValue::uuid>},
    ProfileKey{"program", store<&Profile::program, &ProfileValue::program>},
    ProfileKey{"machine", store<&Profile::machine, &ProfileValue::option>},
    ProfileKey{"accel", store<&Profile::accelerators, &ProfileValue::words>},
    ProfileKey{"cpu", store<&Profile::cpu, &ProfileValue::option>},
    ProfileKey{"smp", store<&Profile::smp, parsers::word<'=', ','>>},
    ProfileKey{"memory", store<&Profile::memory, &ProfileValue::memory_size>},
    ProfileKey{"bios", store<&Profile::bios, &ProfileValue::path>},
    ProfileKey{"dtb", store<&Profile::dtb, &ProfileValue::path>},
    ProfileKey{"rtc", store<&Profile::rtc, parsers::word<':', '-'>>},
    ProfileKey{"usb", store<&Profile::usb, parsers::usb>},
    ProfileKey{"tablet", store<&Profile::has_tablet, &ProfileValue::yes_or_no>},
};

constexpr std::array k_boot_keys{
    ProfileKey{"order", store<&Profile::boot_order, parsers::word<>>},
    ProfileKey{"kernel", store<&Profile::kernel, &ProfileValue::path>},
    ProfileKey{"initrd", store<&Profile::initrd, &ProfileValue::path>},
    ProfileKey{"append", store<&Profile::append, &ProfileValue::text>},
};

// A CD drive has the first three of them.
constexpr std::array k_disk_keys{
    ProfileKey{"file", store<&ProfileDisk::file, &ProfileValue::path>},
    ProfileKey{"interface", store<&ProfileDisk::interface, parsers::interface>},
    ProfileKey{"boot-index", store<&ProfileDisk::boot_index, parsers::number<0, k_max_boot_index>>},
    ProfileKey{"format", store<&ProfileDisk::format, parsers::word<'-'>>},
    ProfileKey{"cache", store<&ProfileDisk::cache, parsers::cache>},
    ProfileKey{"readonly", store<&ProfileDisk::is_readonly, &ProfileValue::yes_or_no>},
};

constexpr std::array k_floppy_keys{
    ProfileKey{"file", store<&ProfileFloppy::file, &ProfileValue::path>},
    ProfileKey{"readonly", store<&ProfileFloppy::is_readonly, &ProfileValue::yes_or_no>},
};

constexpr std::array k_nic_keys{
    ProfileKey{"lane", store<&ProfileNic::lane, parsers::lane>},
    ProfileKey{"model", store<&ProfileNic::model, parsers::word<'.', '_', '-'>>},
    ProfileKey{"mac", store<&ProfileNic::mac, &ProfileValue::mac>},
    ProfileKey{"switch", store<&ProfileNic::socket, &ProfileValue::switch_directory>},
    ProfileKey{"port", store<&ProfileNic::port, parsers::number<1, k_max_port>>},
};

constexpr std::array k_screen_keys{
    ProfileKey{"display", store<&Profile::display, &ProfileValue::option>},
    ProfileKey{"vga", store<&Profile::vga, parsers::word<'-'>>},
    ProfileKey{"keyboard", store<&Profile::keyboard, parsers::word<'-'>>},
};

constexpr std::array k_console_keys{
    ProfileKey{"serial", store<&Profile::serials, &ProfileValue::option>, true},
    ProfileKey{"monitor", store<&Profile::monitor, &ProfileValue::option>},
};

constexpr std::array k_extra_keys{
    ProfileKey{"qemu", store<&Profile::extra, &ProfileValue::words>, true},
};

constexpr std::array k_sections{
    ProfileSection{"vm", k_vm_keys},
    ProfileSection{"boot", k_boot_keys},
    ProfileSection{"disk", k_disk_keys, [](Profile& vm) { vm.disks.emplace_back(); }},
    ProfileSection{"cdrom", std::span{k_disk_keys}.first<3>(),
                   [](Profile& vm) { vm.disks.emplace_back().is_cdrom = true; }},
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
