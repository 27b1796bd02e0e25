#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace lab;
namespace fs = std::filesystem;

namespace {

void write_program(const std::string& path, const std::string& cases) {
  std::ofstream{path} << "#!/bin/sh\ncase \"$*\" in\n" << cases << "\nesac\n";
  fs::permissions(path, fs::perms::owner_all);
}

/// A QEMU that has only the backends named, writes down what it is called with, and then is fake_vm.
class Shim {
 public:
  explicit Shim(const std::string& netdevs, const std::string& version = "7.2.22") {
    std::ofstream{m_program}
        << "#!/bin/sh\necho \"$*\" >> " << m_log << "\ncase \"$*\" in\n"
        << "-version) echo 'QEMU emulator version " << version << "' ;;\n"
        << "'-machine none -netdev help') printf '" << netdevs << "' ;;\n"
        << "'-machine none -device help') printf 'Network devices:\\nname \"e1000\"\\n' ;;\n"
        << "*) echo \"LINE $*\"; exec " << bin_directory() << "/fake_vm exit=0 ;;\nesac\n";
    fs::permissions(m_program, fs::perms::owner_all);
  }
  Shim(const Shim&) = delete;
  Shim& operator=(const Shim&) = delete;
  ~Shim() {
    fs::remove(m_program);
    fs::remove(m_log);
  }

  [[nodiscard]] const std::string& program() const { return m_program; }

  /// How often it was run since it was made.
  [[nodiscard]] std::size_t calls() const {
    std::ifstream stream{m_log};
    std::size_t count = 0;
    for (std::string line; std::getline(stream, line);)
      ++count;
    return count;
  }

 private:
  std::string m_program = "/var/tmp/qemu-system-shim";
  std::string m_log = "/var/tmp/shim.log";
};

bool has(const Finished& done, const std::string& text) {
  return (done.out + done.err).find(text) != std::string::npos;
}

} // namespace

TEST_CASE("run: a QEMU is asked once what it can do", "[run]") {
  const Shim qemu{"socket\\n"};
  for (const std::size_t calls : {4U, 5U}) { // three questions and the VM, then the VM alone
    const auto done = run_vdeup({"run", "--", qemu.program()});
    INFO(done.out << done.err);
    CHECK(done.status == 0);
    CHECK(has(done, "-netdev socket,id=vdeup0,fd="));
    CHECK(qemu.calls() == calls);
  }
  fs::last_write_time(qemu.program(), fs::file_time_type::clock::now() + std::chrono::seconds{2});
  CHECK(run_vdeup({"run", "--", qemu.program()}).status == 0);
  CHECK(qemu.calls() == 9); // an upgrade is another program
  CHECK(run_vdeup({"cancel", "--bridge"}).status == 0);
}

TEST_CASE("run: a cache of an earlier vdeup is not believed", "[run]") {
  const Shim qemu{"socket\\n"};
  CHECK(run_vdeup({"run", "--", qemu.program()}).status == 0);
  unsigned entries = 0;
  for (const auto& file : fs::recursive_directory_iterator{std::getenv("HOME")}) {
    if (!file.is_regular_file() || file.path().filename().string().find("qemu-") != 0)
      continue;
    ++entries;
    std::ifstream old{file.path()};
    std::stringstream text;
    text << old.rdbuf();
    std::string rest = text.str();
    rest.erase(0, rest.find('\n') + 1); // what the first format began with
    std::ofstream{file.path()} << rest;
  }
  CHECK(entries == 1);
  const std::size_t before = qemu.calls();
  CHECK(run_vdeup({"run", "--", qemu.program()}).status == 0);
  CHECK(qemu.calls() == before + 4);
  CHECK(run_vdeup({"cancel", "--bridge"}).status == 0);
}

TEST_CASE("run: a QEMU that has not answered is asked again", "[run]") {
  const std::string program = "/var/tmp/qemu-system-moody";
  const std::string mood = "/var/tmp/moody";
  // Which question fails: for want of a library, of memory, of /dev/kvm, …
  const std::string failing = GENERATE("-version", "*'-netdev help'", "*'-device help'");
  write_program(program,
                "'" + std::string{failing.starts_with('-') ? failing + "'" : "'" + failing} + ") [ -e " +
                    mood +
                    " ] || { echo no memory >&2; exit 1; } ;;\nesac\n"
                    "case \"$*\" in\n"
                    "-version) echo 'QEMU emulator version 7.2.22' ;;\n"
                    "'-machine none -netdev help') printf 'dgram\\nsocket\\n' ;;\n"
                    "'-machine none -device help') printf 'Network devices:\\nname \"e1000\"\\n' ;;\n"
                    "*help) exit 1 ;;\n*) exec " +
                    bin_directory() + "/fake_vm exit=0 ;;");
  const auto line = [&] {
    const auto done = run_vdeup({"run", "--dry-run", "--uplink", "none", "--", program});
    INFO(done.out << done.err);
    CHECK(done.status == 0);
    return done.out;
  };
  const bool is_about_devices = failing.find("device") != std::string::npos;
  INFO(failing);
  CHECK(is_about_devices == (line().find("-netdev dgram,") != std::string::npos));
  std::ofstream{mood} << "good";
  const std::string answered = line();
  CHECK(answered.find("-netdev dgram,") != std::string::npos);
  CHECK(answered.find("virtio") == std::string::npos); // it has e1000 alone
  fs::remove(program);
  fs::remove(mood);
}

TEST_CASE("run: a QEMU without dgram and socket is told the switch", "[run]") {
  const Shim qemu{"user\\nvde\\n"};
  const auto done = run_vdeup({"run", "--", qemu.program(), "-net", "nic", "-net", "vde,port=3"});
  INFO(done.out << done.err);
  CHECK(done.status == 0);
  CHECK(has(done, "-netdev vde,id=vdeup0,sock=/var/tmp/vde_switch0."));
  CHECK(has(done, ",port=3"));
  CHECK(run_vdeup({"cancel", "--bridge"}).status == 0);
}

TEST_CASE("run: old words are translated for a QEMU that has lost them, and told", "[run]") {
  const auto words = {"run", "--dry-run", "--"};
  std::vector<std::string> line{words.begin(), words.end()};
  const std::string version = GENERATE("7.2.22", "2.1.0");
  const Shim qemu{"socket\\n", version};
  line.insert(line.end(), {qemu.program(), "-localtime", "-net", "nic,model=e1000", "-net", "vde"});
  const auto done = run_vdeup(line);
  INFO(done.out << done.err);
  CHECK(done.status == 0);
  const bool is_translated = version == "7.2.22";
  CHECK(is_translated == has(done, "-rtc base=localtime"));
  CHECK(is_translated != has(done, "-localtime -net"));
  CHECK(is_translated == has(done, "replaced `-localtime`"));
}
