#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "launch/ctys_machine.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"
#include "support/spawn.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace lab;
using namespace vdeup;
namespace fs = std::filesystem;

namespace {

const fs::path k_vms{"/var/tmp/vms"};

/// A part of a case that not every case has.
std::string read_if_there(const fs::path& path) {
  return fs::exists(path) ? read_file(path) : "";
}

/// Sections run one after the other in the same place.
void begin_anew() {
  ::umask(022);
  fs::remove_all(k_vms);
}

launch::CtysRequest request_for(const fs::path& file) {
  return {.file = file,
          .sock_base = "/var/tmp",
          .socket = "/var/tmp/vde_switch0.acue",
          .mgmt = "/var/tmp/vde_mgmt0.acue"};
}

/// Put a case to its place, with the files that it expects beside it, and read what it asks for.
launch::CtysRequest prepare(const fs::path& folder) {
  const fs::path place = k_vms / folder.filename();
  write_file(place / "vm.ctys", read_file(folder / "vm.ctys"));
  std::istringstream files{read_if_there(folder / "files")};
  for (std::string file; files >> file;)
    write_file(place / file, "", 0755);
  auto request = request_for(place / "vm.ctys");
  std::istringstream launch{read_if_there(folder / "launch")};
  std::string word;
  if (launch >> word)
    request.console = config::parse_ctys_console(word).value();
  if (launch >> word)
    request.boot = config::parse_ctys_boot(word).value();
  if (launch >> word)
    request.vnc_display = static_cast<unsigned>(std::stoul(word));
  return request;
}

/// A definition that is sound, and leaves a trace if it is run.
const std::string k_traced = "#@#MAGICID-QEMU\nLABEL=x\nDEFAULTBOOTMODE=PXE\n: > /var/tmp/home/trace\n";

bool was_run() {
  return fs::remove("/var/tmp/home/trace");
}

void check_refused(const fs::path& file, const std::string& cause) {
  const auto line = launch::read_ctys_line(request_for(file));
  REQUIRE_FALSE(line);
  CHECK(line.error().kind() == ErrorKind::refused);
  CHECK(line.error().cause() == cause);
  CHECK_FALSE(was_run());
}

/// Connect to a socket as `nc -U` did for the 2010 tool; nothing if nobody listens.
UniqueFd connect_to(const std::string& path) {
  UniqueFd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, path.c_str());
  const bool is_open = ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  return is_open ? std::move(fd) : UniqueFd{};
}

} // namespace

TEST_CASE("ctys: each case gives the line of its wrapper, or is refused", "[ctys]") {
  begin_anew();
  std::size_t cases = 0;
  for (const auto& entry : fs::directory_iterator{fs::path{VDEUP_TEST_CASES} / "ctys"}) {
    const std::string name = entry.path().filename();
    CAPTURE(name);
    const auto line = launch::read_ctys_line(prepare(entry.path()));
    const std::string got = line ? shell_line(line.value()) : "error: " + line.error().message();
    std::string expected = read_file(entry.path() / "expected");
    if (const std::size_t user = expected.find(".root,server"); user != std::string::npos)
      expected.replace(user, 5, "." + run({"id", "-un"}).out.substr(0, run({"id", "-un"}).out.find('\n')));
    CHECK(got + "\n" == expected);
    ++cases;
  }
  CHECK(cases >= 17);
  CHECK_FALSE(fs::exists("/var/tmp/evil"));
}

TEST_CASE("ctys: a definition sees nothing of our environment, and no terminal", "[ctys]") {
  begin_anew();
  ::setenv("SECRET", "1", 1);
  ::setenv("BASH_ENV", "/var/tmp/vms/evil.sh", 1);
  write_file(k_vms / "evil.sh", ": > /var/tmp/home/trace\n");
  write_file(k_vms / "vm.ctys",
             "#@#MAGICID-QEMU\nLABEL=x${SECRET-none}\nDEFAULTBOOTMODE=PXE\nDEFAULTCONSOLE=CLI0\n"
             "read -r MEMSIZE </dev/tty || MEMSIZE=9\n"
             "ARGSADD=\"$HOME $USER $CTYSWRAPPERPATH $CTYS_SOCKBASE $QEMUMGMT $PWD\"\n");
  const auto line = launch::read_ctys_line(request_for(k_vms / "vm.ctys"));
  INFO((line ? std::string{} : line.error().message()));
  REQUIRE(line);
  const std::string text = shell_line(line.value());
  CHECK(text.find("-name xnone ") != std::string::npos);
  CHECK(text.find("-m 9 ") != std::string::npos);
  CHECK(text.find(" /var/tmp/vms /var/tmp /var/tmp/vde_mgmt0.acue / -boot n") != std::string::npos);
  CHECK_FALSE(was_run());
}

TEST_CASE("ctys: what somebody else can write is not run", "[ctys]") {
  begin_anew();
  const fs::path file = k_vms / "vm.ctys";
  write_file(file, k_traced);
  REQUIRE(launch::read_ctys_line(request_for(file)));
  REQUIRE(was_run()); // so the trace is one

  SECTION("a file that its group can write") {
    REQUIRE(::chmod(file.c_str(), 0664) == 0);
    check_refused(file, "others than its owner can write to it");
  }
  SECTION("a directory that others can write") {
    REQUIRE(::chmod(k_vms.c_str(), 0757) == 0);
    check_refused(file, "others than its owner can write to it");
  }
  SECTION("a directory that everybody can write, with the sticky bit") {
    write_file("/var/tmp/vm.ctys", k_traced);
    check_refused("/var/tmp/vm.ctys", "others than its owner can write to it");
  }
  SECTION("a pipe") {
    REQUIRE(::mkfifo((k_vms / "pipe.ctys").c_str(), 0600) == 0);
    check_refused(k_vms / "pipe.ctys", "it is not a plain file");
  }
  SECTION("for root: another user's file") {
    needs_others();
    REQUIRE(::chown(file.c_str(), k_alice.uid, k_alice.gid) == 0);
    check_refused(file, "it belongs to uid 65534, and not to you or root");
  }
}

TEST_CASE("ctys: a definition that never ends is stopped, with what it has started", "[ctys]") {
  begin_anew();
  const std::string body = GENERATE("while :; do :; done\n", "trap '' TERM\nsleep 4242\n");
  write_file(k_vms / "vm.ctys", "#@#MAGICID-QEMU\nLABEL=x\n" + body);
  const auto start = std::chrono::steady_clock::now();
  const auto line = launch::read_ctys_line(request_for(k_vms / "vm.ctys"));
  REQUIRE_FALSE(line);
  CHECK(line.error().kind() == ErrorKind::timed_out);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds{20});
  CHECK(eventually([] { return run({"pgrep", "-f", "sleep 4242"}).out.empty(); }));
}

TEST_CASE("ctys: a starter that is not on this host gives way to the host's QEMU", "[ctys]") {
  begin_anew();
  write_file(k_vms / "vm.ctys", "#@#MAGICID-QEMU\nLABEL=x\nSTARTERCALL=/opt/qemu-0.12.2/bin/qemu\n"
                                "ACCELERATOR=KVM\nDEFAULTBOOTMODE=PXE\nDEFAULTCONSOLE=CLI0\n");
  const auto line = launch::read_ctys_line(request_for(k_vms / "vm.ctys"));
  REQUIRE(line);
  CHECK(line.value().at(0).starts_with("qemu-system-"));
  CHECK(line.value().at(1) == "-enable-kvm");
}

TEST_CASE("ctys: a file that is not there is missing", "[ctys]") {
  const auto line = launch::read_ctys_line(request_for("/no/such/place/vm.ctys"));
  REQUIRE_FALSE(line);
  CHECK(line.error().kind() == ErrorKind::missing);
}

TEST_CASE("ctys: the machine runs in the real QEMU, and its monitor answers at its socket", "[ctys]") {
  begin_anew();
  if (run({"sh", "-c", "command -v qemu-system-x86_64"}).status != 0)
    skip("qemu-system-x86_64 is not installed");
  write_file(k_vms / "hda.img", std::string(1 << 20, '\0'));
  write_file(k_vms / "vm.ctys", "#@#MAGICID-QEMU\nLABEL=tst1\nSTARTERCALL=qemu-system-x86_64\n"
                                "NIC=rtl8139\nMAC0=52:54:00:00:00:01\nMEMSIZE=64\nKBD_LAYOUT=de\n"
                                "VGADRIVER='-vga cirrus'\nTIMEOPT='-rtc base=localtime'\nQEMUSOCK=\n"
                                "QEMUMONSOCK=$CTYS_SOCKBASE/mon.ACTUALLABEL.ACTUALPID\n"
                                "ARGSADD='-accel tcg -S'\nHDDBOOTIMAGE=$CTYSWRAPPERPATH/hda.img\n");
  auto request = request_for(k_vms / "vm.ctys");
  request.console = config::CtysConsole::none;
  auto line = launch::read_ctys_line(request);
  REQUIRE(line);
  auto words = line.value();
  words.insert(words.begin(), {bin_directory() + "/vdeup", "run", "--"});
  Running vm{words};
  UniqueFd monitor;
  REQUIRE(eventually([&] { return static_cast<bool>(monitor = connect_to("/var/tmp/mon.tst1")); }));
  const std::string_view keys = "\x01"
                                "cquit\n"; // Ctrl-A c leads from the serial line to the monitor
  REQUIRE(::write(monitor.get(), keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
  const auto done = vm.finish();
  INFO(done.out << done.err);
  CHECK(done.status == 0);
}
