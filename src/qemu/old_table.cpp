#include "qemu/old_table.hpp"

#include "base/text.hpp"
#include "qemu/options.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace vdeup::qemu {
namespace {

/// An option, the first version that rejects it, and the words in its place; `%` stands for its value. Where
/// there are none, it is left out, and the last column says why nothing is lost.
struct Removed {
  std::string_view name;
  Version in;
  std::string_view instead{};
  std::string_view why{};
};

constexpr std::string_view k_kqemu = "kqemu is no more";
constexpr std::string_view k_keys = "the keys that release the mouse are Ctrl-Alt-G";
constexpr std::string_view k_kvm_default = "KVM does this by itself";

// From QEMU's docs/about/removed-features.rst and, before 2.12, from its ChangeLogs. Where a replacement is
// older than the removal it does no harm to use it a version too early.
constexpr auto k_removed = std::to_array<Removed>({
    {"std-vga", {0, 10}, "-vga std"},
    {"cirrusvga", {0, 10}, "-vga cirrus"},
    {"vmwarevga", {0, 10}, "-vga vmware"},
    {"no-kqemu", {0, 12}, {}, k_kqemu},
    {"kernel-kqemu", {0, 12}, {}, k_kqemu},
    {"enable-nesting", {1, 3}, {}, k_kvm_default},
    {"kvm-shadow-memory", {1, 3}, {}, k_kvm_default},
    {"clock", {1, 7}, {}, "QEMU finds the best clock itself"},
    {"hdachs", {2, 12}, {}, "QEMU guesses a disk's geometry"},
    {"tdf", {2, 12}, {}, k_kvm_default},
    {"no-kvm-pit", {2, 12}, {}, "it had no effect"},
    {"no-kvm-irqchip", {3, 0}, {}, "it was there to get round faults that are mended"},
    {"no-kvm-pit-reinjection", {3, 0}, "-global kvm-pit.lost_tick_policy=discard"},
    {"localtime", {3, 1}, "-rtc base=localtime"},
    {"startdate", {3, 1}, "-rtc base=%"},
    {"rtc-td-hack", {3, 1}, "-rtc driftfix=slew"},
    {"nodefconfig", {3, 1}, "-no-user-config"},
    {"no-frame", {4, 0}, {}, "the window has its frame"},
    {"bt", {5, 0}, {}, "QEMU has no Bluetooth any more"},
    {"no-kvm", {5, 2}, "-machine accel=tcg"},
    {"show-cursor", {6, 0}, {}, "say `-display …,show-cursor=on`"},
    {"tb-size", {6, 0}, {}, "say `-accel tcg,tb-size=…`"},
    {"no-quit", {7, 0}, {}, "the window can be closed; `-display …,window-close=off` forbids it"},
    {"sdl", {7, 1}, "-display sdl"},
    {"curses", {7, 1}, "-display curses"},
    {"alt-grab", {7, 1}, {}, k_keys},
    {"ctrl-grab", {7, 1}, {}, k_keys},
    {"enable-fips", {7, 1}, {}, "it depends on the libraries that QEMU was built with"},
    {"writeconfig", {7, 1}, {}, "QEMU cannot write its configuration any more"},
    {"watchdog", {7, 2}, "-device %"},
    {"no-acpi", {9, 0}, "-machine acpi=off"},
    {"no-hpet", {9, 0}, "-machine hpet=off"},
    {"async-teardown", {9, 0}, "-run-with async-teardown=on"},
    {"chroot", {9, 0}, "-run-with chroot=%"},
    {"singlestep", {9, 0}, "-accel tcg,one-insn-per-tb=on"},
    {"portrait", {9, 2}, {}, "the machines that could be turned are gone"},
    {"rotate", {9, 2}, {}, "the machines that could be turned are gone"},
    {"runas", {10, 0}, "-run-with user=%"},
});

/// The words of a row, with the value in its place. The old options took it as it is, and commas too.
std::vector<std::string> fill(std::string_view instead, const std::string& value) {
  std::vector<std::string> words;
  const std::size_t blank = instead.find(' ');
  words.emplace_back(instead.substr(0, blank));
  if (blank == std::string_view::npos)
    return words;
  std::string word{instead.substr(blank + 1)};
  if (const std::size_t at = word.find('%'); at != std::string::npos)
    word.replace(at, 1, double_commas(value));
  words.push_back(std::move(word));
  return words;
}

std::vector<std::string> sound_devices(std::string_view cards) {
  constexpr std::array<std::array<std::string_view, 2>, 6> devices{{
      {"ac97", "AC97"},
      {"adlib", "adlib"},
      {"cs4231a", "cs4231a"},
      {"es1370", "ES1370"},
      {"gus", "gus"},
      {"sb16", "sb16"},
  }};
  std::vector<std::string> words;
  for (const std::string_view card : split(cards, ',')) {
    if (card == "hda")
      words.insert(words.end(), {"-device", "intel-hda", "-device", "hda-duplex"});
    for (const auto& [name, device] : devices)
      if (name == card)
        words.insert(words.end(), {"-device", std::string{device}});
  }
  return words;
}

/// `none`, or `virtio` with the properties of the device.
Change balloon(OptionValue device) {
  if (device.first() == "none")
    return {{}, "it had no effect"};
  if (device.first() == "virtio")
    device.set_first("virtio-balloon");
  return {{"-device", device.str()}, {}};
}

} // namespace

std::optional<Change> change_of_option(const Word& word, const std::string& value, const Version& version) {
  if (word.option == "soundhw" && version >= Version{7, 1}) {
    auto devices = sound_devices(value);
    return Change{devices, devices.empty() ? "say `-audio DRIVER,model=MODEL`" : ""};
  }
  if (word.option == "balloon" && version >= Version{3, 1})
    return balloon(OptionValue::parse(value));
  if (word.option == "realtime" && version >= Version{6, 0}) {
    OptionValue overcommit;
    overcommit.set("mem-lock", OptionValue::parse(value).get("mlock").value_or("on"));
    return Change{{"-overcommit", overcommit.str()}, {}};
  }
  const auto* row = std::find_if(k_removed.begin(), k_removed.end(),
                                 [&word](const Removed& removed) { return removed.name == word.option; });
  if (row == k_removed.end() || version < row->in)
    return std::nullopt;
  return Change{row->instead.empty() ? std::vector<std::string>{} : fill(row->instead, value),
                std::string{row->why}};
}

} // namespace vdeup::qemu
