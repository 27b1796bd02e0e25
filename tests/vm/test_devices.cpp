// Bonds and VLAN devices, which the kernel of the test need not have: in a guest whose kernel has them, with
// the programs of this build.

#include "support/catch.hpp"
#include "vm/guest.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace vmlab;
namespace fs = std::filesystem;

namespace {

const fs::path k_root{"/var/tmp/home/devices"};

std::string first_line(const lab::Finished& done) {
  return done.out.substr(0, done.out.find('\n'));
}

/// Put a program into the guest's file system, with the libraries that it needs.
void add_program(const std::string& path) {
  const auto copy = [](const std::string& from, const fs::path& to) {
    fs::create_directories(to.parent_path());
    fs::copy_file(from, to, fs::copy_options::skip_existing);
  };
  copy(path, k_root / "usr/bin" / fs::path{path}.filename());
  std::istringstream lines{lab::run({"ldd", path}).out};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t begin = line.find('/');
    if (begin == std::string::npos)
      continue;
    const std::string library = line.substr(begin, line.find(' ', begin) - begin);
    // The loader is looked for where the program says, and all others in /lib.
    const bool is_loader = line.find("=>") == std::string::npos;
    copy(library, is_loader ? k_root / library.substr(1) : k_root / "lib" / fs::path{library}.filename());
  }
}

/// A file system for the guest: what it has anyhow, and ours behind it (the kernel unpacks one after the
/// other).
std::string build_file_system(const fs::path& guest) {
  fs::create_directories(k_root);
  fs::copy(guest / "extra", k_root / "extra", fs::copy_options::recursive);
  for (const char* program : {"vde_switch", "ip", "nsenter", "unshare"}) {
    const std::string path = first_line(lab::run({"sh", "-c", fmt::format("command -v {}", program)}));
    REQUIRE(!path.empty());
    add_program(fs::canonical(path));
  }
  add_program(lab::bin_directory() + "/vdeup");
  fs::create_directories(k_root / "etc");
  std::ofstream{k_root / "etc/passwd"} << "root:x:0:0:root:/:/bin/sh\n";
  std::ofstream{k_root / "etc/group"} << "root:x:0:\n";
  fs::copy_file(fs::path{VDEUP_TEST_SOURCES} / "devices-guest", k_root / "devices-guest");
  const std::string whole = k_root.string() + ".gz";
  const auto packed =
      lab::run({"sh", "-c",
                fmt::format("cd {} && {{ cat {}; find . | cpio --quiet -o -H newc -R 0:0 | gzip -1n; }} > {}",
                            k_root.string(), (guest / "initrd.gz").string(), whole)});
  INFO(packed.err);
  REQUIRE(packed.status == 0);
  return whole;
}

} // namespace

TEST_CASE("devices: bonds and VLAN devices go into a bridge and come back, in a kernel that has them",
          "[vm]") {
  Words line = boots("guest.run=/devices-guest");
  const char* guest = std::getenv("VDEUP_TEST_GUEST"); // boots() has seen that there is one
  if (!fs::exists(fs::path{guest} / "extra"))
    lab::skip("the guest has no extra modules; `contrib/guest/build` makes it anew");
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    if (line[i] == "-initrd")
      line[i + 1] = build_file_system(guest);
    if (line[i] == "-m")
      line[i + 1] = "1024"; // programs with sanitizers need it
  }
  lab::Running vm{Words{k_emulator} + line};
  const bool is_done = vm.wait_for("DONE", std::chrono::seconds{170});
  const auto ended = vm.finish();
  INFO(ended.out);
  CHECK(is_done);
  CHECK(ended.out.find("WRONG") == std::string::npos);
}
