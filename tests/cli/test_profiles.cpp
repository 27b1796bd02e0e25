#include "base/text.hpp"
#include "config/profile_file.hpp"
#include "launch/profile_lookup.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"
#include "support/spawn.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace lab;
using namespace vdeup;
namespace fs = std::filesystem;

namespace {

const fs::path k_personal{"/var/tmp/home/config/vdeup/vm"};

fs::path templates() {
  return fs::path{bin_directory()} / VDEUP_TEMPLATES_FROM_BIN;
}

std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator{directory})
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

/// A home with profiles of the caller's own.
void have_a_home() {
  ::umask(022);
  fs::remove_all("/var/tmp/home/config"); // sections run one after the other in the same place
  ::setenv("XDG_CONFIG_HOME", "/var/tmp/home/config", 1);
}

/// The line of a profile, or why there is none.
std::string line_of(const std::string& word) {
  const auto line = launch::read_profile_line(word);
  if (line)
    return shell_line(line.value().words);
  return line.error().message() + (line.error().hints().empty() ? "" : "; " + line.error().hints().text());
}

bool is_installed(const std::string& program) {
  return run({"sh", "-c", "command -v -- \"$1\"", "sh", program}).status == 0;
}

/// Start a QEMU, stopped, on a network that vdeup makes, and have its monitor end it.
Finished start_and_quit(std::vector<std::string> words) {
  const bool has_console = std::find(words.begin(), words.end(), "mon:stdio") != words.end();
  words.insert(words.begin(), {bin_directory() + "/vdeup", "run", "--"});
  for (const char* word : {"-S", "-display", "none"})
    words.emplace_back(word);
  if (!has_console)
    words.insert(words.end(), {"-monitor", "stdio"});
  Running vm{words};
  vm.write(has_console ? "\x01x" : "quit\n"); // Ctrl-A x ends it from its console
  return vm.finish();
}

config::Profile read_template(const std::string& file) {
  auto profile = config::read_profile((templates() / file).string(), {}, ::geteuid());
  INFO((profile ? std::string{} : profile.error().message()));
  REQUIRE(profile);
  return std::move(profile).value();
}

/// Start each template that names this program, with the emulator that is meant; returns how many there are.
std::size_t start_templates_for(const std::string& program, const std::string& emulator) {
  if (!is_installed(emulator))
    skip(emulator + " is not installed");
  std::size_t started = 0;
  for (const std::string& file : names_in(templates())) {
    auto profile = read_template(file);
    if (profile.program != program)
      continue;
    profile.accelerators = {"tcg"}; // /dev/kvm may open, and then not run a guest
    const auto line = config::to_qemu_line(profile, emulator);
    CHECK(line.lanes.size() == profile.nics.size());
    const auto done = start_and_quit(line.words);
    INFO(file << ": " << shell_line(line.words) << "\n" << done.out << done.err);
    CHECK(done.status == 0);
    ++started;
  }
  return started;
}

} // namespace

TEST_CASE("templates: all of them are where the program looks", "[profiles]") {
  CHECK(names_in(templates()) == names_in(fs::path{VDEUP_SOURCE_TEMPLATES} / "vm"));
}

TEST_CASE("templates: each is read, has a NIC, and tells how to use it", "[profiles]") {
  const std::vector<std::string> tested{"", "qemu-system-arm", "qemu-system-aarch64", "qemu-system-riscv64"};
  REQUIRE(names_in(templates()).size() >= 9);
  for (const std::string& file : names_in(templates())) {
    CAPTURE(file);
    std::ifstream stream{templates() / file};
    const std::string text{std::istreambuf_iterator<char>{stream}, {}};
    CHECK(text.find("vdeup run -t " + file.substr(0, file.rfind('.'))) != std::string::npos);
    const auto profile = read_template(file);
    CHECK_FALSE(profile.nics.empty());
    CHECK(std::find(tested.begin(), tested.end(), profile.program) != tested.end());
  }
}

TEST_CASE("templates: those for a PC start the real QEMU", "[profiles]") {
  CHECK(start_templates_for("", "qemu-system-x86_64") == 6);
}

TEST_CASE("templates: that for 32-bit ARM starts the real QEMU", "[profiles]") {
  CHECK(start_templates_for("qemu-system-arm", "qemu-system-arm") == 1);
}

TEST_CASE("templates: that for 64-bit ARM starts the real QEMU", "[profiles]") {
  CHECK(start_templates_for("qemu-system-aarch64", "qemu-system-aarch64") == 1);
}

TEST_CASE("templates: that for RISC-V starts the real QEMU", "[profiles]") {
  CHECK(start_templates_for("qemu-system-riscv64", "qemu-system-riscv64") == 1);
}

TEST_CASE("templates: the lines that are only proposed are sound as well", "[profiles]") {
  REQUIRE(names_in(templates()).size() >= 9);
  for (const std::string& file : names_in(templates())) {
    CAPTURE(file);
    std::ifstream stream{templates() / file};
    std::string text;
    for (std::string line;
         std::getline(stream, line);) // `#key = value`; a comment has a blank after its sign
      text += (line.size() > 1 && line[0] == '#' && line[1] != ' ' ? line.substr(1) : line) + "\n";
    const auto profile = config::parse_profile(text, {"/vms/x.conf", "acue"});
    INFO((profile ? std::string{} : profile.error().message()));
    CHECK(profile);
  }
}

TEST_CASE("profiles: the caller's own comes before the template of its name", "[profiles]") {
  have_a_home();
  CHECK(line_of("netboot").find("order=n") != std::string::npos);
  write_file(k_personal / "netboot.conf", "[vm]\nprogram = mine\n[disk]\nfile = a.img\n");
  CHECK(line_of("netboot") == "mine -drive id=disk0,file=/var/tmp/home/config/vdeup/vm/a.img");
}

TEST_CASE("profiles: a word with a slash, or one that ends in .conf, is a file", "[profiles]") {
  have_a_home();
  write_file("/var/tmp/home/web", "[vm]\nprogram = p\nbios = b\n");
  write_file("/var/tmp/home/web.conf", "[vm]\nprogram = q\nbios = b\n");
  REQUIRE(::chdir("/var/tmp/home") == 0);
  CHECK(line_of("/var/tmp/home/web") == "p -bios /var/tmp/home/b");
  CHECK(line_of("./web") == "p -bios /var/tmp/home/b");
  CHECK(line_of("web.conf") == "q -bios /var/tmp/home/b");
  CHECK(line_of("web").find("it is not in /var/tmp/home/config/vdeup/vm, ") != std::string::npos);
}

TEST_CASE("profiles: a name that is nowhere leads to those that there are", "[profiles]") {
  have_a_home();
  CHECK(line_of("linux-q53").ends_with("did you mean 'linux-q35'?"));
  CHECK(line_of("xyz").find("live-cd") != std::string::npos);
  for (const char* word : {"", ".", "a b", "a\nb"})
    CHECK(line_of(word).find("it is not a name") != std::string::npos);
  CHECK(line_of("../vm/netboot").find("there is no such file") != std::string::npos);
}

TEST_CASE("profiles: what somebody else can write is refused", "[profiles]") {
  have_a_home();
  const fs::path file = k_personal / "web.conf";
  write_file(file, "[extra]\nqemu = -device x\n");
  REQUIRE(launch::read_profile_line("web"));
  SECTION("its group") {
    REQUIRE(::chmod(file.c_str(), 0664) == 0);
    CHECK(line_of("web").find("others than its owner can write to it; `chmod go-w") != std::string::npos);
  }
  SECTION("its owner, who is neither the caller nor root") {
    needs_others();
    REQUIRE(::chown(file.c_str(), k_alice.uid, k_alice.gid) == 0);
    CHECK(line_of("web").find("it belongs to uid 65534") != std::string::npos);
  }
  SECTION("a directory in its place") {
    fs::remove(file);
    fs::create_directory(file);
    CHECK(line_of("web").find("it is not a plain file") != std::string::npos);
  }
  SECTION("a file without end") {
    CHECK(line_of("/dev/zero").find("it is not a plain file") != std::string::npos);
    write_file(file, std::string(70'000, '\n'));
    CHECK(line_of("web").find("it is too large") != std::string::npos);
  }
}
