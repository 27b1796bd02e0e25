// Programs in front of QEMU: they run it with its connection, or the hint says where vdeup belongs.

#include "base/text.hpp"
#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <signal.h>

#include <filesystem>
#include <fstream>

using namespace lab;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> launch(const std::string& prefix, const std::vector<std::string>& line) {
  std::vector<std::string> words{bin_directory() + "/vdeup", "run", "--uplink", "none", "--"};
  for (const auto word : vdeup::words_of(prefix))
    words.emplace_back(word);
  words.insert(words.end(), line.begin(), line.end());
  return words;
}

/// The command in the hint of an error.
std::string command_in_hint(const std::string& text) {
  const std::size_t begin = text.find('`', text.find("hint: "));
  const std::size_t end = text.rfind('`');
  return begin < end ? text.substr(begin + 1, end - begin - 1) : "";
}

} // namespace

TEST_CASE("run: a program in front of the VM runs it with its connection", "[run]") {
  const std::string prefix =
      GENERATE("taskset -c 0", "nice -n 5", "ionice -c 3", "chrt -o 0", "prlimit --nofile=256", "setsid -w",
               "nohup", "stdbuf -oL", "timeout 60", "time -f %e", "env A=1", "strace -f -o /dev/null",
               "gdb -q -batch -ex run --args", "valgrind -q", "unshare -m", "setpriv --no-new-privs",
               "nsenter --net=/proc/self/ns/net", "nice env A=1 timeout -k 1 60");
  const std::string program{vdeup::words_of(prefix).front()};
  if (run({"which", program}).status != 0) {
    WARN(program << " is not installed");
    return;
  }
  Running vm{launch(prefix, {bin_directory() + "/fake_vm", "-name", "web"}),
             {.patience = std::chrono::seconds{30}}};
  const bool is_up = vm.wait_for("VM pid=");
  INFO(prefix << ": " << vm.output());
  REQUIRE(is_up);
  CHECK(eventually([] { return has(run_vdeup({"ports", "-X"}).out, "|52:54:00:"); }));
  CHECK(has(run_vdeup({"ports"}).out, "web"));
  ::kill(std::stoi(vm.output().substr(vm.output().find("VM pid=") + 7)), SIGKILL);
  (void)vm.finish();
  CHECK(eventually([] { return !has(run_vdeup({"ports"}).out, "web"); }));
  const auto done = run_vdeup({"cancel"});
  INFO(done.err);
  CHECK(done.status == 0);
}

TEST_CASE("run: where a program in front would close the connection, the hint's line works", "[run]") {
  const std::string prefix = GENERATE("sudo", "sudo -n env A=1", "runuser -u root --");
  const std::string program{vdeup::words_of(prefix).front()};
  if (run({"which", program}).status != 0) {
    WARN(program << " is not installed");
    return;
  }
  const auto refused = run(launch(prefix, {bin_directory() + "/fake_vm", "-name", "a b", "exit=7"}));
  INFO(refused.err);
  CHECK(refused.status == 125);
  CHECK(has(refused.err, "cannot run QEMU through " + program));
  const auto hinted = run({"sh", "-c", command_in_hint(refused.err)});
  INFO(hinted.err);
  CHECK(hinted.status == 7);
  CHECK(run_vdeup({"cancel"}).status == 0);
}
