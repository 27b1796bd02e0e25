// At a terminal a launch behaves as QEMU does by itself: each test is done with QEMU alone, with a launch
// that becomes QEMU, and with the two kinds that stay beside it.

#include "support/catch.hpp"
#include "support/lab.hpp"
#include "vm/network.hpp"
#include "vm/terminal.hpp"

#include <signal.h>

#include <fstream>
#include <set>
#include <sstream>

using namespace vmlab;

namespace {

const std::string k_ctrl_a = "\x01";
const std::string k_ctrl_c = "\x03";
const std::string k_ctrl_z = "\x1a";

/// The ways to start QEMU that are to be told apart by nothing. The first one is the measure.
Words a_launcher() {
  const std::string vdeup = lab::bin_directory() + "/vdeup";
  return GENERATE_COPY(Words{k_emulator, "-nic", "none"}, Words{vdeup, "run", "--", k_emulator},
                       Words{vdeup, "run", "--rm", "--", k_emulator},
                       Words{vdeup, "run", "--rm", "--reconnect", "--", k_emulator});
}

std::string one_line(const Words& words) {
  std::string line;
  for (const std::string& word : words)
    line += (line.empty() ? "'" : " '") + word + "'";
  return line;
}

/// A shell with job control, whose prompt and answers cannot be mistaken for the echo of what is typed.
class Shell {
 public:
  Shell() : m_terminal({"bash", "--norc", "--noprofile", "-i"}) {
    m_terminal.type("PS1='ready''> '; bind 'set enable-bracketed-paste off'\r");
    REQUIRE(m_terminal.shows("ready> "));
  }

  /// Run a command, and give what it printed.
  std::string ask(const std::string& command) {
    m_terminal.type("echo answer''=$(" + command + ")=\r");
    REQUIRE(m_terminal.shows("answer="));
    const std::size_t begin = m_terminal.all().rfind("answer=") + std::string_view{"answer="}.size();
    REQUIRE(m_terminal.shows("ready> "));
    return m_terminal.all().substr(begin, m_terminal.all().find("=\r\n", begin) - begin);
  }

  Terminal& terminal() { return m_terminal; }

 private:
  Terminal m_terminal;
};

/// The states (proc(5)) of the processes of a group.
std::set<char> states_of_group(pid_t group) {
  std::set<char> states;
  std::istringstream table{lab::run({"ps", "-eo", "pgid=,stat="}).out};
  std::string state;
  for (pid_t found = 0; table >> found >> state;)
    if (found == group)
      states.insert(state.front());
  return states;
}

/// True if all processes of a group are in this state, now or soon: what is busy in the kernel gets there a
/// little later.
bool comes_to(pid_t group, char state) {
  return lab::eventually([&] { return states_of_group(group) == std::set<char>{state}; });
}

void end_network() {
  (void)lab::run_vdeup({"cancel", "-f", "--bridge"});
}

} // namespace

TEST_CASE("Ctrl-Z stops a VM, fg goes on with it, and Ctrl-C ends it once", "[vm]") {
  require_emulator();
  const Words launcher = a_launcher();
  CAPTURE(launcher);
  Shell shell;
  Terminal& terminal = shell.terminal();
  const std::string settings = shell.ask("stty -g");
  terminal.type(one_line(launcher + stays_stopped()) + "\r");
  REQUIRE(terminal.shows("(qemu) "));
  terminal.type("info status\r");
  REQUIRE(terminal.shows("VM status: paused"));
  const pid_t group = terminal.foreground();
  CHECK(group != terminal.pid());

  terminal.type(k_ctrl_z);
  REQUIRE(terminal.shows("Stopped"));
  REQUIRE(terminal.shows("ready> "));
  CHECK(comes_to(group, 'T'));
  CHECK(shell.ask("stty -g") == settings);

  terminal.type("fg\r");
  REQUIRE(lab::eventually([&] { return terminal.foreground() == group; }));
  terminal.type("info name\rinfo status\r");
  REQUIRE(terminal.shows("VM status: paused"));
  CHECK(comes_to(group, 'S'));

  terminal.type(k_ctrl_c);
  REQUIRE(terminal.shows("terminating on signal 2"));
  REQUIRE(terminal.shows("ready> "));
  CHECK(shell.ask("echo $?") == "0");
  CHECK(shell.ask("stty -g") == settings);
  CHECK(lab::count(terminal.all(), "terminating on signal") == 1);
  end_network();
}

TEST_CASE("a serial console at the terminal has QEMU's own keys, and leaves the terminal as it was", "[vm]") {
  require_emulator();
  const Words launcher = a_launcher();
  CAPTURE(launcher);
  Shell shell;
  Terminal& terminal = shell.terminal();
  const std::string settings = shell.ask("stty -g");
  terminal.type(one_line(launcher + Words{"-accel", "tcg", "-S", "-nographic"}) + "\r");
  terminal.type(k_ctrl_a + "c");
  REQUIRE(terminal.shows("(qemu) "));
  terminal.type("info status\r");
  REQUIRE(terminal.shows("VM status: paused"));
  terminal.type(k_ctrl_c); // the guest's, as is Ctrl-Z
  terminal.type("info status\r");
  REQUIRE(terminal.shows("VM status: paused"));
  terminal.type(k_ctrl_a + "c" + k_ctrl_a + "x");
  REQUIRE(terminal.shows("QEMU: Terminated"));
  REQUIRE(terminal.shows("ready> "));
  CHECK(shell.ask("echo $?") == "0");
  CHECK(shell.ask("stty -g") == settings);
  end_network();
}

TEST_CASE("a guest's console comes to the terminal", "[vm]") {
  require_emulator();
  Shell shell;
  Terminal& terminal = shell.terminal();
  Words line{lab::bin_directory() + "/vdeup", "run", "--rm", "--", k_emulator, "-nographic"};
  for (const std::string& word : boots("guest.name=one guest.then=wait"))
    if (word != "-serial" && word != "stdio" && word != "-display" && word != "none") // -nographic says both
      line.push_back(word);
  terminal.type(one_line(line) + "\r");
  const bool is_ready = terminal.shows("GUEST one: ready");
  INFO(terminal.all());
  REQUIRE(is_ready);
  terminal.type(k_ctrl_a + "x");
  REQUIRE(terminal.shows("QEMU: Terminated"));
  REQUIRE(terminal.shows("ready> "));
}

TEST_CASE("a program behind a supervisor sees the terminal and its size", "[vm]") {
  const std::string options = GENERATE("", "--rm ", "--rm --reconnect ");
  CAPTURE(options);
  const std::string program = program_instead("looks", "case $* in *help*) exit 0 ;; esac\n"
                                                       "trap 'echo now\"=\"$(stty size)' WINCH\n"
                                                       "echo first\"=\"$(stty size)\n"
                                                       "read line; read line; echo bye\n") +
                              "/looks";
  Shell shell;
  Terminal& terminal = shell.terminal();
  terminal.type(lab::bin_directory() + "/vdeup run " + options + "-- " + program + "\r");
  REQUIRE(terminal.shows("first=24 200"));
  terminal.resize(50, 132);
  terminal.type("\r"); // a shell runs its trap when what it waits for is over
  REQUIRE(terminal.shows("now=50 132"));
  terminal.type("\r");
  CHECK(terminal.shows("bye"));
  CHECK(terminal.shows("ready> "));
  end_network();
}

TEST_CASE("closing the terminal ends a VM and takes away what --rm made", "[vm]") {
  require_emulator();
  const std::string before = lab::snapshot();
  {
    Terminal terminal{Words{lab::bin_directory() + "/vdeup", "run", "--rm", "--", k_emulator} +
                      stays_stopped()};
    REQUIRE(terminal.shows("(qemu) "));
    terminal.type("info status\r");
    REQUIRE(terminal.shows("VM status: paused"));
    terminal.hang_up();
    CHECK(lab::eventually([&before] { return lab::changes_since(before).empty(); }));
  }
}
