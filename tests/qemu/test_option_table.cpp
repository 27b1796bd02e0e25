#include "qemu/old_options.hpp"
#include "qemu/option_table.hpp"
#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <cctype>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace lab;
using vdeup::qemu::Arity;
using vdeup::qemu::arity_of;

namespace {

/// The names of the options in the help text: `-fda/-fdb file`, `-h or -help`, `--preconfig`.
std::set<std::string> options_in(const std::string& help) {
  std::set<std::string> names;
  std::istringstream lines{help};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() != '-')
      continue;
    std::istringstream words{line};
    std::string word;
    words >> word;
    for (std::istringstream parts{word}; std::getline(parts, word, '/');)
      names.insert(word.substr(word.find_first_not_of('-')));
  }
  return names;
}

/// What QEMU itself says: an option that lacks its value is refused before `-version` is looked at.
Arity real_arity(const std::string& option) {
  const auto done = run({"qemu-system-x86_64", "-version", "-" + option});
  if (done.err.find("requires an argument") != std::string::npos)
    return Arity::value;
  return done.err.find("invalid option") != std::string::npos ? Arity::unknown : Arity::none;
}

} // namespace

/// Options that a QEMU has had, with and without a value. Those of the display are left to its modules.
const std::vector<std::string> k_old_options{"std-vga",
                                             "cirrusvga",
                                             "vmwarevga",
                                             "no-kqemu",
                                             "kernel-kqemu",
                                             "enable-nesting",
                                             "kvm-shadow-memory",
                                             "clock",
                                             "hdachs",
                                             "tdf",
                                             "no-kvm-pit",
                                             "no-kvm-irqchip",
                                             "no-kvm-pit-reinjection",
                                             "localtime",
                                             "startdate",
                                             "rtc-td-hack",
                                             "nodefconfig",
                                             "no-frame",
                                             "bt",
                                             "no-kvm",
                                             "realtime",
                                             "show-cursor",
                                             "tb-size",
                                             "no-quit",
                                             "sdl",
                                             "curses",
                                             "alt-grab",
                                             "ctrl-grab",
                                             "enable-fips",
                                             "writeconfig",
                                             "watchdog",
                                             "soundhw",
                                             "balloon",
                                             "redir",
                                             "smb",
                                             "tftp",
                                             "bootp",
                                             "no-acpi",
                                             "no-hpet",
                                             "async-teardown",
                                             "chroot",
                                             "singlestep",
                                             "portrait",
                                             "rotate",
                                             "runas"};

TEST_CASE("qemu: an old option is translated if and only if the installed QEMU rejects it", "[qemu]") {
  const auto version =
      vdeup::qemu::read_capabilities({.version = run({"qemu-system-x86_64", "-version"}).out}).version;
  if (!version.is_known())
    skip("qemu-system-x86_64 is not installed");
  for (const std::string& option : k_old_options) {
    CAPTURE(option);
    std::vector<std::string> line{"-" + option};
    if (arity_of(option) == Arity::value)
      line.emplace_back("virtio");
    const bool is_translated = !vdeup::qemu::translate_old_options(line, {version}).changes.empty();
    CHECK(is_translated == (real_arity(option) == Arity::unknown));
  }
}

TEST_CASE("qemu: the option table agrees with the QEMU that is installed", "[qemu]") {
  const auto help = run({"qemu-system-x86_64", "-help"});
  if (help.status != 0)
    skip("qemu-system-x86_64 is not installed");
  const auto options = options_in(help.out);
  CHECK(options.size() > 100);
  for (const std::string& option : options) {
    CAPTURE(option);
    CHECK(arity_of(option) == real_arity(option));
  }
}
