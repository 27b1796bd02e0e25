// A machine with a TAP of its own, launched by an ordinary user: the helper makes the TAP, hands it over, and
// has ended when the machine begins. And the choice of an uplink, where the policy is what decides.

#include "privilege/privilege_lab.hpp"
#include "support/catch.hpp"

using namespace privilege_lab;
using lab::k_acue;
using lab::k_berta;

namespace {

/// Something in the place of QEMU: it says what it has been given, and its children.
void write_machine(const std::string& path) {
  write_file(path,
             "#!/bin/sh\n"
             "case \"$*\" in *-help*|*'?'*|*-version*) exec \"$(command -v qemu-system-x86_64 || echo "
             "false)\" \"$@\";; esac\n"
             "echo \"words: $*\"\n"
             "for fd in /proc/$$/fd/*; do readlink \"$fd\"; done\n"
             "read children </proc/$$/task/$$/children; echo \"children:$children\"\n"
             "grep -l vdeup-helper /proc/[0-9]*/comm; echo ready; read line\n",
             0755);
}

std::vector<std::string> launch_line(const std::vector<std::string>& options) {
  std::vector<std::string> words{std::string{k_prefix} + "/bin/vdeup", "run"};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), {"--", "/var/tmp/home/qemu-system-x86_64", "-name", "one"});
  return words;
}

} // namespace

TEST_CASE("lane: an allowed user's machine has a TAP of its own, and no helper beside it", "[privilege]") {
  const Host host;
  Host::set_policy("allow user acue bridge mine tap taps=2\n");
  must("ip link add mine type bridge forward_delay 0");
  must("ip link set mine up");
  write_machine("/var/tmp/home/qemu-system-x86_64");
  const std::string before = show("mine");
  lab::Running machine{launch_line({"--lane", "tap", "--queues", "2", "-b", "mine"}),
                       {.user = k_acue, .environment = {"HOME=" + lab::home_of(k_acue)}}};
  const bool runs = machine.wait_for("ready");
  INFO(machine.output());
  REQUIRE(runs);
  CHECK(has(machine.output(), "/dev/net/tun\n/dev/net/tun"));
  CHECK(has(machine.output(), "children:\n"));
  CHECK(!has(machine.output(), "comm"));
  const std::string tap = show("tap0");
  CHECK(has(tap, "alias vdeup vm=one mac=52:54:00:"));
  CHECK(has(tap, "uid=5001 switch="));
  CHECK(has(tap, "master mine"));
  CHECK(has(tap, "numqueues 2"));

  const auto forbidden = lab::run(launch_line({"--lane", "tap", "-b", "mine"}),
                                  {.user = k_berta, .environment = {"HOME=" + lab::home_of(k_berta)}});
  INFO(forbidden.err);
  CHECK(forbidden.status == 125);
  CHECK(has(forbidden.err, "no line of /etc/vdeup/policy.conf allows 'tap' on mine to berta"));

  machine.write("end\n");
  CHECK(machine.finish().status == 0);
  CHECK(!exists("tap0"));
  CHECK(show("mine") != "");
}

TEST_CASE(
    "lane: the uplink of a new network is the bridge where the policy lets the user, and slirp where not",
    "[privilege]") {
  const Host host;
  needs("vde_plug");
  Host::set_policy("allow user acue bridge mine tap\ndeny user berta bridge mine tap\n");
  must("ip link add mine type bridge forward_delay 0");
  REQUIRE(lab::run({"ip", "link", "set", "mine", "alias", "vdeup bridge"}).status == 0);
  must("ip link set mine up");
  write_machine("/var/tmp/home/qemu-system-x86_64");
  const auto run = [](const lab::User& user) {
    lab::Running machine{launch_line({}), {.user = user, .environment = {"HOME=" + lab::home_of(user)}}};
    machine.write("end\n");
    const auto done = machine.finish();
    return done.err + done.out;
  };
  const std::string acues = run(k_acue);
  INFO(acues);
  CHECK(has(acues, "uplink: bridge mine (it is there)"));
  CHECK(exists("tap0"));
  const std::string bertas = run(k_berta);
  INFO(bertas);
  CHECK(has(
      bertas,
      "uplink: slirp (no right to make a TAP: line 2 of /etc/vdeup/policy.conf denies 'tap' on mine to "
      "berta; no private network: no line of /etc/vdeup/policy.conf allows 'nat' on vdenat5002 to berta)"));
  for (const lab::User& user : {k_acue, k_berta})
    CHECK(Host::vdeup(user, {"cancel"}).status == 0);
}
