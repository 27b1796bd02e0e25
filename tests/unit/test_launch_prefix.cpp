#include "base/text.hpp"
#include "launch/prefix.hpp"
#include "support/catch.hpp"
#include "support/qemu_corpus.hpp"

using vdeup::launch::find_program_word;

namespace {

/// The line from the program on, or `error: ` and the message, and its hint.
std::string read(const std::string& line) {
  auto words = lab::split_words(line);
  const auto at = find_program_word(words, {"vdeup", "run", "--lane", "tap", "--"});
  if (!at)
    return "error: " + at.error().message() +
           (at.error().hints().empty() ? "" : "\nhint: " + at.error().hints().text());
  return vdeup::shell_line({words.begin() + static_cast<std::ptrdiff_t>(at.value()), words.end()});
}

} // namespace

TEST_CASE("prefix: QEMU is found behind programs that run it", "[launch]") {
  const std::string qemu = "qemu-system-x86_64 -m 64";
  const auto* prefix = GENERATE(
      "", "taskset -c 0", "taskset 0x1", "taskset --cpu-list 0-3", "nice", "nice -n 5", "nice -5",
      "nice -n -5", "nice --adjustment=5", "nice --adjustment 5", "ionice -c 3", "ionice -c2 -n0",
      "ionice --class idle", "chrt -f 1", "chrt --rr 50", "chrt -d -T 1 -P 2 0", "numactl -C 0-3 -m 0",
      "numactl --cpunodebind=0", "numactl --membind 0 -l", "prlimit --nofile=64", "prlimit -n=64 --core=0:0",
      "setsid", "setsid -f", "nohup", "stdbuf -oL", "stdbuf -o L --error 0", "timeout 5", "timeout -k 1 5",
      "timeout -s KILL --foreground 5m", "time -v", "time -f %e -o /tmp/x", "env", "env A=1",
      "env -i PATH=/bin B='x y'", "env -u A - B=", "env -u A -C / --", "strace -f -o /tmp/x -e trace=connect",
      "strace -fp 1 -eopen", "ltrace -o x", "valgrind --tool=none", "gdb --args", "gdb -q -ex run --args",
      "gdb -args", "unshare -rm", "unshare -S 0 --map-user 0", "setpriv --reuid 1 --clear-groups",
      "systemd-run --user --scope -p MemoryMax=1G", "/usr/bin/nice -n 5", "nice -n 5 taskset -c 0 env A=1",
      "eatmydata", "ip netns exec lab", "nsenter -t 1 -n");
  INFO(prefix);
  CHECK(read(std::string{prefix} + " " + qemu) == qemu);
  CHECK(read(std::string{prefix} + " ./launch-vm -m 64") == "./launch-vm -m 64");
}

TEST_CASE("prefix: what keeps no connection is told where vdeup belongs", "[launch]") {
  const std::string qemu = "qemu-system-x86_64 -append 'a b'";
  const std::string vdeup = "vdeup run --lane tap -- ";
  const auto* prefix = GENERATE("sudo", "sudo -u kvm", "sudo -n --user=kvm A=1", "sudo -E --", "doas -u kvm",
                                "pkexec --user kvm", "runuser -u qemu --", "systemd-run",
                                "systemd-run --user -p MemoryMax=1G --unit x", "screen -dmS vm",
                                "tmux new -d --", "firejail --net=none", "nice sudo", "env A=1 sudo");
  const std::string read_line = read(std::string{prefix} + " " + qemu);
  INFO(read_line);
  CHECK(read_line.starts_with("error: cannot run QEMU through "));
  CHECK(
      read_line.ends_with("\nhint: put vdeup behind it: `" + std::string{prefix} + " " + vdeup + qemu + "`"));
}

TEST_CASE("prefix: words are not written to a program that takes them for its own", "[launch]") {
  const auto is_refused = [](const std::string& line) {
    return read(line).starts_with("error: cannot run QEMU through ");
  };
  CHECK(is_refused("sh -c 'exec qemu-system-x86_64'"));
  CHECK(is_refused("env -S 'A=1 qemu-system-x86_64'"));
  CHECK(is_refused("gdb qemu-system-x86_64"));
  CHECK(is_refused("some-wrapper 5 qemu-system-x86_64 -m 64"));
  CHECK(is_refused("ip vrf exec red qemu-system-x86_64"));
  CHECK(is_refused("ssh host qemu-system-x86_64"));
  CHECK_FALSE(is_refused("./launch-vm --emulator qemu-system-x86_64"));
  CHECK_FALSE(is_refused("qemu-system-x86_64 -name qemu-system-arm"));
  CHECK(read("nice -n 5") == "error: nice has no program to run");
  CHECK(read("env A=1") == "error: env has no program to run");
  CHECK(read("timeout") == "error: timeout has no program to run");
}
