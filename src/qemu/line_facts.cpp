#include "qemu/line_facts.hpp"

#include "qemu/options.hpp"

#include <algorithm>
#include <string_view>

namespace vdeup::qemu {
namespace {

/// The last component of a path, without a suffix such as `.qcow2`.
std::string stem(std::string_view path) {
  path.remove_prefix(path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/') + 1);
  const std::size_t dot = path.rfind('.');
  return std::string{dot == 0 ? path : path.substr(0, dot)};
}

bool is_hard_disk(std::string_view option) {
  return option.empty() || option == "hda" || option == "hdb" || option == "hdc" || option == "hdd" ||
         option == "sd";
}

bool can_be_taken_out(std::string_view option) {
  return option == "cdrom" || option == "fda" || option == "fdb";
}

/// The names that the disks of a line suggest.
struct DiskNames {
  std::string hard;
  std::string other;

  void add(std::string_view option, const std::string& value) {
    if (option == "drive")
      return add_drive(OptionValue::parse(value));
    if (is_hard_disk(option) && hard.empty())
      hard = stem(value);
    if (can_be_taken_out(option) && other.empty())
      other = stem(value);
  }

  void add_drive(const OptionValue& drive) {
    if (drive.get("if") == "pflash") // firmware
      return;
    std::string& name = drive.get("media") == "cdrom" || drive.get("if") == "floppy" ? other : hard;
    if (name.empty())
      name = stem(drive.get("file").value_or(""));
  }
};

} // namespace

std::string find_vm_name(const std::vector<std::string>& args, const std::vector<Word>& words) {
  DiskNames disks;
  for (const Word& word : words) {
    const bool is_disk_alone = word.option.empty() && !args[word.at].starts_with('-');
    if (!word.value && !is_disk_alone)
      continue;
    const std::string& value = args[word.value.value_or(word.at)];
    if (word.option != "name") {
      disks.add(word.option, value);
      continue;
    }
    const auto name = OptionValue::parse(value);
    if (auto guest = name.get("guest").value_or(name.first()); !guest.empty())
      return guest;
  }
  return disks.hard.empty() ? disks.other : disks.hard;
}

std::string find_machine(const std::vector<std::string>& args, const std::vector<Word>& words) {
  std::string machine;
  for (const Word& word : words) {
    if (!word.value || (word.option != "M" && word.option != "machine"))
      continue;
    const std::string named = OptionValue::parse(args[*word.value]).type();
    machine = named.empty() ? machine : named;
  }
  return machine;
}

bool goes_to_background(const std::vector<Word>& words) {
  return std::any_of(words.begin(), words.end(), [](const Word& word) { return word.option == "daemonize"; });
}

} // namespace vdeup::qemu
