#include "launch/prefix.hpp"

#include "base/text.hpp"
#include "launch/program.hpp"
#include "qemu/capabilities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace vdeup::launch {
namespace {

/// What becomes of our connections.
enum class Fate {
  kept,      ///< the program is run with the same descriptors
  closed,    ///< only standard input, output and error are passed on
  elsewhere, ///< another process, which is there already, runs the program
  unclear,   ///< the program stands in a text, or there may be several
};

/// A program that runs another one, as its manual page says. Options end at the first other word.
struct Prefix {
  std::string_view name;
  Fate fate = Fate::kept;
  std::string_view short_values{}; ///< letters of the options with a value
  std::string_view long_values{};  ///< names of long options whose value can be the next word
  std::size_t operands = 0;        ///< words between the options and the program
  bool has_assignments = false;    ///< `NAME=value` can stand in front of the program
  std::string_view markers{};      ///< the program is behind one of these, and not found without it
  std::string_view keeping{};      ///< with this option the descriptors are kept
  std::string_view joining{};      ///< options whose value is a whole line
  std::string_view subcommand{};   ///< words that follow the options; others run no program
};

constexpr auto k_prefixes = std::to_array<Prefix>({
    {.name = "chrt",
     .short_values = "TPD",
     .long_values = "sched-runtime sched-period sched-deadline",
     .operands = 1},
    {.name = "eatmydata"},
    {.name = "env",
     .short_values = "uC",
     .long_values = "unset chdir",
     .has_assignments = true,
     .joining = "-S --split-string"},
    {.name = "gdb", .markers = "--args -args"},
    {.name = "ionice", .short_values = "cn", .long_values = "class classdata"},
    {.name = "ip", .short_values = "bn", .operands = 1, .subcommand = "netns exec"},
    {.name = "ltrace",
     .short_values = "aADeFlnopsuwx",
     .long_values = "align config debug library output where"},
    {.name = "nice", .short_values = "n", .long_values = "adjustment"},
    {.name = "nohup"},
    {.name = "nsenter", .short_values = "tSG", .long_values = "target setuid setgid"},
    {.name = "numactl",
     .short_values = "iNmPCcpwSfoLMI",
     .long_values =
         "interleave cpubind cpunodebind membind physcpubind preferred preferred-many weighted-interleave"
         " shm file offset length shmmode shmid"},
    {.name = "prlimit", .short_values = "o", .long_values = "output"},
    {.name = "setpriv",
     .long_values = "ambient-caps inh-caps bounding-set ruid euid rgid egid reuid regid groups securebits"
                    " pdeathsig selinux-label apparmor-profile landlock-access landlock-rule ptracer"
                    " seccomp-filter"},
    {.name = "setsid"},
    {.name = "stdbuf", .short_values = "ioe", .long_values = "input output error"},
    {.name = "strace",
     .short_values = "abeEIoOpPsSuUX",
     .long_values = "columns detach-on trace trace-path env interruptible output summary-syscall-overhead"
                    " string-limit summary-sort-by user summary-columns const-print-style argv0 abbrev raw"
                    " read write verbose signal status inject fault kvm"},
    {.name = "taskset", .operands = 1},
    {.name = "time", .short_values = "fo", .long_values = "format output"},
    {.name = "timeout", .short_values = "ks", .long_values = "kill-after signal", .operands = 1},
    {.name = "unshare",
     .short_values = "RwSGl",
     .long_values = "map-user map-group map-users map-groups propagation setgroups root wd setuid setgid"
                    " monotonic boottime load-interp"},
    {.name = "valgrind"},
    {.name = "doas", .fate = Fate::closed, .short_values = "aCu"},
    {.name = "firejail", .fate = Fate::closed},
    {.name = "pkexec", .fate = Fate::closed, .long_values = "user"},
    {.name = "runuser", .fate = Fate::closed, .short_values = "ugGw", .long_values = "user group supp-group"},
    {.name = "sudo",
     .fate = Fate::closed,
     .short_values = "CDghpRrTtUu",
     .long_values = "close-from chdir group host prompt chroot role command-timeout type other-user user",
     .has_assignments = true},
    {.name = "screen", .fate = Fate::elsewhere, .short_values = "cehpSstT"},
    {.name = "systemd-run",
     .fate = Fate::elsewhere,
     .short_values = "HMupE",
     .long_values = "host machine unit property description slice setenv service-type uid gid nice"
                    " working-directory on-active on-boot on-startup on-unit-active on-unit-inactive"
                    " on-calendar timer-property path-property socket-property background json",
     .keeping = "--scope"},
    {.name = "tmux", .fate = Fate::elsewhere, .markers = "--"},
    {.name = "bash", .fate = Fate::unclear},
    {.name = "chroot", .fate = Fate::unclear},
    {.name = "dash", .fate = Fate::unclear},
    {.name = "docker", .fate = Fate::unclear},
    {.name = "machinectl", .fate = Fate::unclear},
    {.name = "podman", .fate = Fate::unclear},
    {.name = "script", .fate = Fate::unclear},
    {.name = "sh", .fate = Fate::unclear},
    {.name = "ssh", .fate = Fate::unclear},
    {.name = "su", .fate = Fate::unclear},
    {.name = "watch", .fate = Fate::unclear},
    {.name = "xargs", .fate = Fate::unclear},
    {.name = "xterm", .fate = Fate::unclear},
});

const Prefix* find_prefix(std::string_view word) {
  const auto* found = std::find_if(k_prefixes.begin(), k_prefixes.end(),
                                   [word](const Prefix& prefix) { return prefix.name == called_as(word); });
  return found == k_prefixes.end() ? nullptr : found;
}

/// Not `qemu` and `kvm`, which can be names of users and groups.
bool is_qemu(std::string_view word) {
  return called_as(word).starts_with("qemu-system-");
}

bool is_one_of(std::string_view word, std::string_view list) {
  const auto words = words_of(list);
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool begins_with_one_of(std::string_view word, std::string_view list) {
  const auto words = words_of(list);
  return std::any_of(words.begin(), words.end(), [word](auto start) { return word.starts_with(start); });
}

bool is_assignment(std::string_view word) {
  const std::size_t sign = word.find('=');
  return sign != std::string_view::npos && sign > 0 &&
         word.substr(0, sign).find('/') == std::string_view::npos;
}

/// True if the next word is the value of this option, as getopt_long(3) reads it.
bool takes_next(const Prefix& prefix, std::string_view option) {
  if (take_prefix(option, "--"))
    return is_one_of(option, prefix.long_values);
  const std::size_t letter = option.find_first_of(prefix.short_values, 1);
  return letter == option.size() - 1; // else its value is in the word
}

/// Reads one prefix: where its program is, and what becomes of descriptors.
struct Reading {
  std::size_t program = 0;
  Fate fate = Fate::kept;
};

Reading read_marked(const Prefix& prefix, const std::vector<std::string>& words, std::size_t at) {
  for (++at; at + 1 < words.size(); ++at)
    if (is_one_of(words[at], prefix.markers))
      return {at + 1, prefix.fate};
  return {words.size(), Fate::unclear};
}

Reading read_prefix(const Prefix& prefix, const std::vector<std::string>& words, std::size_t at) {
  if (!prefix.markers.empty())
    return read_marked(prefix, words, at);
  Fate fate = prefix.fate;
  for (++at; at < words.size() && words[at].starts_with('-') && words[at] != "-"; ++at) {
    if (words[at] == "--") {
      ++at;
      break;
    }
    if (words[at] == prefix.keeping)
      fate = Fate::kept;
    if (begins_with_one_of(words[at], prefix.joining))
      fate = Fate::unclear;
    if (takes_next(prefix, words[at]))
      ++at;
  }
  while (prefix.has_assignments && at < words.size() && (is_assignment(words[at]) || words[at] == "-"))
    ++at;
  for (const std::string_view word : words_of(prefix.subcommand))
    if (at == words.size() || words[at++] != word)
      return {words.size(), Fate::unclear};
  return {at + prefix.operands, fate};
}

/// The first QEMU among words that stand alone, for a line whose beginning is not understood.
std::size_t find_qemu(const std::vector<std::string>& words, std::size_t from) {
  return static_cast<std::size_t>(
      std::find_if(words.begin() + static_cast<std::ptrdiff_t>(from), words.end(), is_qemu) - words.begin());
}

std::string_view reason(Fate fate) {
  switch (fate) {
  case Fate::closed:
    return "it closes the connections that vdeup hands to QEMU";
  case Fate::elsewhere:
    return "it has another process start QEMU, without the connections that vdeup hands to it";
  default:
    return "vdeup cannot tell where the words for QEMU begin";
  }
}

/// The line with vdeup directly before the program, if there is one.
std::string hint(const std::vector<std::string>& words, std::size_t program,
                 const std::vector<std::string>& vdeup) {
  if (program >= words.size() || vdeup.empty())
    return "put `vdeup run --` directly before QEMU";
  std::vector<std::string> line = words;
  line.insert(line.begin() + static_cast<std::ptrdiff_t>(program), vdeup.begin(), vdeup.end());
  return fmt::format("put vdeup behind it: `{}`", shell_line(line));
}

Error cannot_run_through(std::string_view name, Fate fate, std::string hint) {
  return Error{ErrorKind::usage, fmt::format("cannot run QEMU through {}", printable(name)),
               std::string{reason(fate)}, std::move(hint)};
}

} // namespace

Result<std::size_t> find_program_word(const std::vector<std::string>& words,
                                      const std::vector<std::string>& vdeup) {
  std::size_t at = 0;
  while (at < words.size()) {
    const Prefix* prefix = find_prefix(words[at]);
    if (prefix == nullptr)
      break;
    const Reading reading = read_prefix(*prefix, words, at);
    const auto end = std::min(reading.program, words.size());
    if (reading.fate == Fate::unclear)
      return fail(
          cannot_run_through(prefix->name, reading.fate, hint(words, find_qemu(words, at + 1), vdeup)));
    if (end == words.size())
      return fail(Error{ErrorKind::usage, fmt::format("{} has no program to run", prefix->name), {}, {}});
    if (reading.fate != Fate::kept)
      return fail(cannot_run_through(prefix->name, reading.fate, hint(words, end, vdeup)));
    at = end;
  }
  if (at < words.size() && !qemu::is_qemu_name(called_as(words[at])))
    if (const std::size_t qemu = find_qemu(words, at + 1);
        qemu < words.size() && (qemu == at + 1 || !words[qemu - 1].starts_with('-')))
      return fail(cannot_run_through(called_as(words[at]), Fate::unclear, hint(words, qemu, vdeup)));
  return at;
}

} // namespace vdeup::launch
