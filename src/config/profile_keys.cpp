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

/// Put what `parse` makes of a value into a member.
template <auto member, auto parse>
Result<> set(Profile& vm, const ProfileValue& text) {
  TRY(auto value, std::invoke(parse, text));
  put(holder(vm, member).*member, std::move(value));
  return ok();
}

using Value = ProfileValue;

template <char... signs>
Result<std::string> word(const Value& value) {
  constexpr std::array<char, sizeof...(signs)> all{signs...};
  return value.word({all.data(), all.size()});
}

template <unsigned min, unsigned max>
Result<unsigned> number(const Value& value) {
  return value.number(min, max);
}

Result<UsbController> usb(const Value& value) {
  return value.choice<UsbController>(
      {{"no", UsbController::none}, {"yes", UsbController::machine}, {"xhci", UsbController::xhci}});
}

Result<DiskInterface> interface(const Value& value) {
  std::vector<std::string_view> words;
  for (const DiskInterfaceRow& row : k_disk_interfaces)
    words.push_back(row.word);
  TRY(auto word, value.one_of(std::move(words)));
  return std::find_if(k_disk_interfaces.begin(), k_disk_interfaces.end(),
                      [&](const DiskInterfaceRow& row) { return row.word == word; })
      ->interface;
}

Result<std::string> cache(const Value& value) {
  return value.one_of({"none", "writeback", "writethrough", "directsync", "unsafe"});
}

Result<NicLane> lane(const Value& value) {
  return value.choice<NicLane>(
      {{"vde", NicLane::vde}, {"tap", NicLane::tap}, {"user", NicLane::user}, {"none", NicLane::none}});
}

constexpr unsigned k_max_boot_index = 1000;
constexpr unsigned k_max_port = 65535;

using Key = ProfileKey;

constexpr std::array k_vm_keys{
    Key{"name", set<&Profile::name, word<'.', '_', '+', '-'>>},
    Key{"uuid", set<&Profile::uuid, &Value::uuid>},
    Key{"program", set<&Profile::program, &Value::program>},
    Key{"machine", set<&Profile::machine, &Value::option>},
    Key{"accel", set<&Profile::accelerators, &Value::words>},
    Key{"cpu", set<&Profile::cpu, &Value::option>},
    Key{"smp", set<&Profile::smp, word<'=', ','>>},
    Key{"memory", set<&Profile::memory, &Value::memory_size>},
    Key{"bios", set<&Profile::bios, &Value::path>},
    Key{"dtb", set<&Profile::dtb, &Value::path>},
    Key{"rtc", set<&Profile::rtc, word<':', '-'>>},
    Key{"usb", set<&Profile::usb, usb>},
    Key{"tablet", set<&Profile::has_tablet, &Value::yes_or_no>},
};

constexpr std::array k_boot_keys{
    Key{"order", set<&Profile::boot_order, word<>>},
    Key{"kernel", set<&Profile::kernel, &Value::path>},
    Key{"initrd", set<&Profile::initrd, &Value::path>},
    Key{"append", set<&Profile::append, &Value::text>},
};

// A CD drive has the first three of them.
constexpr std::array k_disk_keys{
    Key{"file", set<&ProfileDisk::file, &Value::path>},
    Key{"interface", set<&ProfileDisk::interface, interface>},
    Key{"boot-index", set<&ProfileDisk::boot_index, number<0, k_max_boot_index>>},
    Key{"format", set<&ProfileDisk::format, word<'-'>>},
    Key{"cache", set<&ProfileDisk::cache, cache>},
    Key{"readonly", set<&ProfileDisk::is_readonly, &Value::yes_or_no>},
};

constexpr std::array k_floppy_keys{
    Key{"file", set<&ProfileFloppy::file, &Value::path>},
    Key{"readonly", set<&ProfileFloppy::is_readonly, &Value::yes_or_no>},
};

constexpr std::array k_nic_keys{
    Key{"lane", set<&ProfileNic::lane, lane>},
    Key{"model", set<&ProfileNic::model, word<'.', '_', '-'>>},
    Key{"mac", set<&ProfileNic::mac, &Value::mac>},
    Key{"switch", set<&ProfileNic::socket, &Value::switch_directory>},
    Key{"port", set<&ProfileNic::port, number<1, k_max_port>>},
};

constexpr std::array k_screen_keys{
    Key{"display", set<&Profile::display, &Value::option>},
    Key{"vga", set<&Profile::vga, word<'-'>>},
    Key{"keyboard", set<&Profile::keyboard, word<'-'>>},
};

constexpr std::array k_console_keys{
    Key{"serial", set<&Profile::serials, &Value::option>, true},
    Key{"monitor", set<&Profile::monitor, &Value::option>},
};

constexpr std::array k_extra_keys{
    Key{"qemu", set<&Profile::extra, &Value::words>, true},
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
