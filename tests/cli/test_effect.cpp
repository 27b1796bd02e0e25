// What is asked for on a line of `run` happens, or is refused.

#include "base/text.hpp"
#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <fmt/format.h>

#include <signal.h>

#include <filesystem>
#include <fstream>

using namespace lab;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

std::string fake_vm() {
  return bin_directory() + "/fake_vm";
}

Finished run_line(Words options, const Words& line) {
  options.insert(options.begin(), "run");
  options.emplace_back("--");
  options.insert(options.end(), line.begin(), line.end());
  return run_vdeup(options);
}

void refused(const Words& options, const Words& line, const std::string& said) {
  const std::string before = snapshot();
  for (const bool is_dry : {false, true}) {
    Words words = options;
    if (is_dry)
      words.emplace_back("--dry-run");
    Words program{fake_vm()};
    program.insert(program.end(), line.begin(), line.end());
    const auto done = run_line(words, program);
    INFO(done.out << done.err);
    CHECK(done.status == 125);
    CHECK(has(done.err, said));
    CHECK(done.out.empty());
  }
  CHECK(changes_since(before) == "");
}

/// A switch of its own kind, as a script starts one.
class OtherSwitch {
 public:
  explicit OtherSwitch(const std::string& path)
      : m_path(path), m_switch({"vde_switch", "-s", path}, {.patience = std::chrono::seconds{20}}) {
    REQUIRE(eventually([&path] { return fs::exists(path + "/ctl"); }));
  }
  OtherSwitch(const OtherSwitch&) = delete;
  OtherSwitch& operator=(const OtherSwitch&) = delete;
  ~OtherSwitch() {
    m_switch.signal(SIGTERM);
    (void)m_switch.finish();
    fs::remove_all(m_path);
  }

 private:
  std::string m_path;
  Running m_switch;
};

} // namespace

TEST_CASE("run: an option without effect on the line is refused", "[run]") {
  const Words slirp{"-nic", "user"};
  const Words bridged{"-netdev", "bridge,br=br0,id=h", "-device", "virtio-net-pci,netdev=h"};
  const Words foreign{"-nic", "vde,sock=/var/tmp/other.ctl"};
  refused({"--forward", "tcp:2222:22"}, slirp, "--forward has no effect on this line");
  refused({"--lane", "tap"}, bridged, "--lane tap has no effect on this line");
  refused({"-b", "br0"}, bridged, "-b has no effect on this line");
  refused({"--uplink", "slirp"}, {"-nic", "none"}, "--uplink has no effect on this line");
  refused({"--rm"}, slirp, "--rm has no effect on this line");
  refused({"--reconnect"}, slirp, "--reconnect has no effect on this line");
  refused({"--reconnect", "--lane", "tap"}, {}, "--reconnect has no effect on this line");
  refused({"--nic-model", "e1000"}, {"-nic", "vde,model=virtio"}, "--nic-model has no effect on this line");
  refused({"--nic-model", "e1000"}, {"-netdev", "vde,id=n", "-device", "e1000,netdev=n"},
          "--nic-model has no effect");
  refused({"-b", "br0"}, foreign, "-b has no effect on this line");
  const auto json = run_line({"--json"}, {fake_vm()});
  CHECK(json.status == 125);
  CHECK(has(json.err, "--json"));
}

TEST_CASE("run: an option stays without complaint on a line that starts no VM", "[run]") {
  CHECK(run_line({"--uplink", "slirp"}, {fake_vm(), "-version", "exit=3"}).status == 3);
}

TEST_CASE("run: a dry run of a line with a switch that is not there ends as the launch", "[run]") {
  refused({}, {"-nic", "vde,sock=/run/nosuch.ctl"}, "cannot attach to the switch /run/nosuch.ctl");
  fs::create_directory("/var/tmp/dead.ctl");
  {
    Running killed{{"vde_switch", "-s", "/var/tmp/dead.ctl"}};
    REQUIRE(eventually([] { return fs::exists("/var/tmp/dead.ctl/ctl"); }));
    killed.signal(SIGKILL);
    (void)killed.finish();
  }
  refused({}, {"-nic", "vde,sock=/var/tmp/dead.ctl"}, "cannot attach to the switch /var/tmp/dead.ctl");
  fs::remove_all("/var/tmp/dead.ctl");
  const OtherSwitch other{"/var/tmp/other.ctl"};
  const auto done = run_line({"--dry-run"}, {fake_vm(), "-nic", "vde,sock=/var/tmp/other.ctl"});
  INFO(done.err);
  CHECK(done.status == 0);
}

TEST_CASE("run: a plain vde tells of the switch that QEMU would have joined", "[run]") {
  const std::string note = "and not /tmp/vde.ctl, the default of QEMU";
  const Words options{"--dry-run", "--uplink", "none"};
  CHECK_FALSE(has(run_line(options, {fake_vm(), "-nic", "vde"}).err, note));
  if (fs::exists("/tmp/vde.ctl"))
    skip("there is a /tmp/vde.ctl");
  const OtherSwitch other{"/tmp/vde.ctl"};
  CHECK(has(run_line(options, {fake_vm(), "-nic", "vde"}).err, note));
  CHECK(has(run_line(options, {fake_vm(), "-net", "nic", "-net", "vde"}).err, note));
  CHECK_FALSE(has(run_line(options, {fake_vm(), "-name", "x"}).err, note));
  CHECK_FALSE(has(run_line({"--dry-run"}, {fake_vm(), "-nic", "vde,sock=/tmp/vde.ctl"}).err, note));
  Words own = options;
  own.insert(own.end(), {"-s", "/var/tmp/mine", "-S", "/var/tmp/mine.mgmt"});
  CHECK_FALSE(has(run_line(own, {fake_vm(), "-nic", "vde,sock=/var/tmp/mine"}).err, note));
}

TEST_CASE("run: a board without a NIC gets none that nobody wrote", "[run]") {
  const auto* line = GENERATE("qemu-system-arm -M netduino2", "qemu-system-aarch64 -M microbit",
                              "qemu-system-avr -M uno", "qemu-system-riscv64 -M sifive_e");
  const auto words = vdeup::words_of(line);
  const std::string program{words[0]};
  if (run({"which", program}).status != 0) {
    WARN(program << " is not installed");
    return;
  }
  const auto done = run_line({"--dry-run"}, {program, std::string{words[1]}, std::string{words[2]}});
  INFO(done.out << done.err);
  CHECK(done.status == 0);
  CHECK_FALSE(has(done.out, "netdev"));
  CHECK_FALSE(has(done.out, "create"));
  CHECK(has(run_line({"--uplink", "slirp"}, {program, std::string{words[1]}, std::string{words[2]}}).err,
            "has no NIC"));
}

TEST_CASE("run: a profile's NIC without a model is that of a plain line", "[run]") {
  std::ofstream{"/var/tmp/home/vm.conf"}
      << "[vm]\nprogram = qemu-system-x86_64\n[nic]\n[nic]\nmodel = e1000\n";
  const auto done = run_vdeup({"run", "--dry-run", "--uplink", "none", "-t", "/var/tmp/home/vm.conf"});
  INFO(done.out << done.err);
  CHECK(done.status == 0);
  CHECK(has(done.out, "-net nic,netdev=nic0,model=virtio,macaddr="));
  CHECK(has(done.out, "-device e1000,netdev=nic1"));
  const auto other = run_vdeup(
      {"run", "--dry-run", "--uplink", "none", "--nic-model", "rtl8139", "-t", "/var/tmp/home/vm.conf"});
  CHECK(has(other.out, "-net nic,netdev=nic0,model=rtl8139,macaddr="));
  fs::remove("/var/tmp/home/vm.conf");
}
