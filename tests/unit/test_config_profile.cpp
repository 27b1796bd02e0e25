#include "base/shell_words.hpp"
#include "base/text.hpp"
#include "config/profile_keys.hpp"
#include "config/profile_line.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace vdeup;
using namespace vdeup::config;

using lab::read_file;
namespace fs = std::filesystem;

namespace {

std::string describe(const ProfileLine& line) {
  std::string lanes;
  for (const LaneById& lane : line.lanes)
    lanes +=
        fmt::format("{} {} {}", lanes.empty() ? "" : ",", lane.id, lane.lane == NicLane::tap ? "tap" : "vde");
  return shell_line(line.words) + "\nlanes:" + lanes + "\n";
}

/// What is wrong with a profile of this text.
Error failure(const std::string& text) {
  auto profile = parse_profile(text, {"/vms/x.conf", "acue"});
  CAPTURE(text);
  REQUIRE_FALSE(profile);
  CHECK(profile.error().kind() == ErrorKind::usage);
  return profile.error();
}

} // namespace

TEST_CASE("shell words: are what shell_line has quoted", "[base]") {
  const std::vector<std::string> words{"a", "", "b c", "it's", "\"", "\\", "$x `y` *", "'\"\\ "};
  CHECK(shell_words(shell_line(words)).value() == words);
}

TEST_CASE("shell words: double quotes and backslashes are the shell's", "[base]") {
  CHECK(shell_words(R"(a\ b "c \" \\ \x \$d"e '' )").value() ==
        std::vector<std::string>{"a b", R"(c " \ \x $de)", ""});
  CHECK(shell_words(" \t\n").value().empty());
  for (const char* text : {"'a", "\"a", "\"a\\\"", "a\\"})
    CHECK_FALSE(shell_words(text));
}

TEST_CASE("profile: each case gives its line", "[config]") {
  std::size_t cases = 0;
  for (const auto& entry : fs::directory_iterator{fs::path{VDEUP_TEST_CASES} / "profile"}) {
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    const auto profile =
        parse_profile(read_file(entry.path() / "vm.conf"), {"/vms/" + name + "/vm.conf", "acue"});
    INFO((profile ? std::string{} : profile.error().message()));
    REQUIRE(profile);
    CHECK(describe(to_qemu_line(profile.value(), "qemu-system-default")) ==
          read_file(entry.path() / "expected"));
    ++cases;
  }
  CHECK(cases >= 6);
}

TEST_CASE("profile: a bad line is named with what was meant", "[config]") {
  const Error typo = failure("[vm]\n# a comment\nmemmory = 2G\n");
  CHECK(typo.what() == "cannot use line 3 of /vms/x.conf");
  CHECK(typo.cause() == "there is no setting 'memmory'");
  CHECK(typo.hints().text() == "did you mean 'memory'?");
  CHECK(failure("[dsik]\n").hints().text() == "did you mean 'disk'?");
  CHECK(failure("[nic]\nlane = tab\n").hints().text() == "did you mean 'tap'?");
  CHECK(failure("[xyzzy]\n").hints().text() == "vdeup-profile(5) lists the sections");
}

TEST_CASE("profile: what cannot be a value is refused", "[config]") {
  const auto* text = GENERATE(
      "memory = 1G\n", "[vm]\nmemory\n", "[vm]\nmemory =\n", "[vm]\nmemory = 1G\nmemory = 2G\n",
      "[vm]\n[vm]\n", "[vm]\nmemory = 0\n", "[vm]\nmemory = 1GB\n", "[vm]\nmemory = G\n",
      "[vm]\nmemory = -1\n", "[vm]\nname = a,b\n", "[vm]\nname = -a\n", "[vm]\nname = a b\n",
      "[vm]\nuuid = 1234\n", "[vm]\nusb = maybe\n", "[vm]\ntablet = 1\n", "[vm]\nsmp = 2 4\n",
      "[vm]\nmachine = %h\n", "[vm]\nmachine = %\n", "[boot]\norder = c,d\n", "[disk]\n",
      "[disk]\ninterface = ide\n", "[disk]\nfile = a\nformat = raw,readonly=on\n",
      "[disk]\nfile = a\ncache = off\n", "[disk]\nfile = a\nboot-index = 1\n",
      "[disk]\nfile = a\ninterface = sd\nboot-index = 1\n",
      "[disk]\nfile = a\ninterface = ide\nboot-index = x\n", "[floppy]\n",
      "[floppy]\nfile = a\n[floppy]\nfile = b\n[floppy]\nfile = c\n", "[nic]\nmac = 01:00:5e:00:00:01\n",
      "[nic]\nmac = x\n", "[nic]\nmodel = e1000,mac=x\n", "[nic]\nport = 0\n", "[nic]\nport = 65536\n",
      "[nic]\nlane = user\nswitch = /s\n", "[nic]\nlane = tap\nport = 1\n", "[nic]\nswitch = /a/../b\n",
      "[nic]\nswitch = slirp://\n", "[extra]\nqemu = 'a\n", "[console]\nmonitor = none\nmonitor = stdio\n",
      "[cdrom]\nformat = raw\n", "[vm]\nmachine = a\x1b[2J\n", "[]\n", "= x\n");
  (void)failure(text);
  (void)failure(std::string{"[vm]\nbios = a\0b\n", 15});
}

TEST_CASE("profile: hostile text reaches neither the terminal nor another option", "[config]") {
  CHECK(failure("[vm]\n\x1b[31m = 1\n").cause().find('\x1b') == std::string::npos);
  const auto profile =
      parse_profile("[disk]\nfile = /a,if=none,id=x\n[vm]\ncpu = -device evil\n", {"/x.conf", "u"});
  CHECK(to_qemu_line(profile.value(), "q").words ==
        std::vector<std::string>{"q", "-cpu", "-device evil", "-drive", "id=disk0,file=/a,,if=none,,id=x"});
}

TEST_CASE("profile: the manual page has each section and key, and no others", "[config]") {
  std::string documented;
  std::istringstream page{read_file(fs::path{VDEUP_TEST_CASES} / "../../man/vdeup-profile.5")};
  for (std::string line; std::getline(page, line);)
    if (line.starts_with(".Ss [") || line.starts_with(".It Ic "))
      documented += line.substr(line.find(' ') + 1) + "\n";
  std::string known;
  for (const ProfileSection& section : profile_sections()) {
    known += fmt::format("[{}]\n", section.name);
    for (const ProfileKey& key : section.keys)
      known += fmt::format("Ic {}\n", key.name);
  }
  CHECK(documented == known);
}
