#include "qemu/old_table.hpp"
#include "qemu/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace vdeup::qemu {
namespace {

/// A machine, device or backend with another name; `*` at the end stands for anything.
struct Renamed {
  std::string_view option;
  std::string_view name;
  Version in;
  std::string_view instead;
};

constexpr auto k_renamed = std::to_array<Renamed>({
    {"machine", "s390-virtio", {2, 6}, "s390-ccw-virtio"},
    {"machine", "pc-0.10", {4, 0}, "pc"},
    {"machine", "pc-0.11", {4, 0}, "pc"},
    {"machine", "pc-0.1*", {5, 0}, "pc"},
    {"machine", "pc-1.*", {6, 0}, "pc"},
    {"machine", "fulong2e", {6, 0}, "fuloong2e"},
    {"machine", "raspi2", {6, 2}, "raspi2b"},
    {"machine", "raspi3", {6, 2}, "raspi3b"},
    {"machine", "pc-i440fx-1.*", {8, 2}, "pc"},
    {"device", "ide-drive", {6, 0}, "ide-hd"},
    {"device", "scsi-disk", {6, 0}, "scsi-hd"},
    {"chardev", "tty", {8, 0}, "serial"},
    {"chardev", "parport", {8, 0}, "parallel"},
});

bool fits(std::string_view pattern, std::string_view name) {
  return pattern.ends_with('*') ? name.starts_with(pattern.substr(0, pattern.size() - 1)) : pattern == name;
}

/// A key of an option that was removed; with a new name if there is one.
struct RemovedKey {
  std::string_view option;
  std::string_view key;
  Version in;
  std::string_view instead{};
};

constexpr auto k_removed_keys = std::to_array<RemovedKey>({
    {"drive", "boot", {1, 0}},
    {"display", "frame", {4, 0}},
    {"net", "name", {5, 1}, "id"},
    {"display", "alt_grab", {7, 1}},
    {"display", "ctrl_grab", {7, 1}},
    {"display", "window_close", {7, 1}, "window-close"},
});

/// QEMU's rule for the ids of devices and networks.
bool is_id(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_more = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  };
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), is_more);
}

void change_key(OptionValue& value, const RemovedKey& row) {
  const bool is_wrong_id = row.instead == "id" && !is_id(value.get(row.key).value_or(""));
  if (row.instead.empty() || is_wrong_id)
    value.remove(row.key);
  else
    value.rename(row.key, row.instead);
}

void change_name(OptionValue& value, std::string_view instead) {
  if (value.first().empty())
    value.set("type", instead);
  else
    value.set_first(instead);
}

/// `disk:FILE`, `disk:format=FORMAT:FILE`.
std::vector<std::string> usb_disk(std::string_view rest, std::size_t number) {
  constexpr std::string_view format_key = "format=";
  const std::string id = fmt::format("vdeup-usb{}", number);
  OptionValue drive = OptionValue::parse("if=none");
  drive.set("id", id);
  if (const std::size_t colon = rest.find(':');
      rest.starts_with(format_key) && colon != std::string_view::npos) {
    drive.set("format", rest.substr(format_key.size(), colon - format_key.size()));
    rest.remove_prefix(colon + 1);
  }
  drive.set("file", rest);
  return {"-usb", "-drive", drive.str(), "-device", "usb-storage,drive=" + id};
}

/// `host:BUS.ADDRESS`, `host:VENDOR:PRODUCT`.
std::optional<Change> usb_host(std::string_view rest) {
  const bool is_place = rest.find('.') != std::string_view::npos;
  const std::size_t middle = rest.find(is_place ? '.' : ':');
  if (middle == std::string_view::npos || rest.find('*') != std::string_view::npos)
    return std::nullopt;
  const auto first = rest.substr(0, middle);
  const auto second = rest.substr(middle + 1);
  OptionValue device = OptionValue::named("usb-host");
  device.set(is_place ? "hostbus" : "vendorid", fmt::format("{}{}", is_place ? "" : "0x", first));
  device.set(is_place ? "hostaddr" : "productid", fmt::format("{}{}", is_place ? "" : "0x", second));
  return Change{{"-usb", "-device", device.str()}, {}};
}

std::optional<Change> change_of_usb(const Word& word, const std::string& value, const Version& version) {
  constexpr std::string_view disk = "disk:";
  constexpr std::string_view host = "host:";
  if (version < Version{3, 0})
    return std::nullopt;
  if (value.starts_with(disk))
    return Change{usb_disk(std::string_view{value}.substr(disk.size()), word.at), {}};
  if (value.starts_with(host))
    return usb_host(std::string_view{value}.substr(host.size()));
  return value == "audio" ? std::optional{Change{{"-usb", "-device", "usb-audio"}, {}}} : std::nullopt;
}

} // namespace

std::optional<Change> change_of_value(const Word& word, const std::string& text, const Version& version) {
  if (text.starts_with('{'))
    return std::nullopt;
  if (word.option == "usbdevice")
    return change_of_usb(word, text, version);
  const std::string_view option = word.option == "M" ? "machine" : word.option;
  OptionValue value = OptionValue::parse(text);
  for (const Renamed& row : k_renamed)
    if (row.option == option && version >= row.in && fits(row.name, value.type()))
      change_name(value, row.instead);
  for (const RemovedKey& row : k_removed_keys)
    if (row.option == option && version >= row.in && value.has(row.key))
      change_key(value, row);
  if (value.str() == text)
    return std::nullopt;
  return Change{{fmt::format("-{}", word.option), value.str()}, {}};
}

} // namespace vdeup::qemu
