// What a launch costs, against the things that the budgets name. Everything happens in private namespaces.
#include "bench/programs.hpp"
#include "bench/timing.hpp"
#include "support/lab.hpp"
#include "support/spawn.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <list>
#include <optional>
#include <stdexcept>

namespace bench {
namespace {

namespace fs = std::filesystem;
using vdeup::Deadline;
using vdeup::UniqueFd;

constexpr double k_us_per_ms = 1000.0;
constexpr double k_ns_per_us = 1000.0;
const std::string k_switch = "/var/tmp/vde_switch0.root";
const std::string k_mgmt = "/var/tmp/vde_mgmt0.root";

void print_row(std::string_view what, std::string_view against, std::string_view measured,
               std::string_view budget) {
  fmt::print("| {} | {} | {} | {} |\n", what, against, measured, budget);
  (void)std::fflush(stdout);
}

std::string ms(double microseconds) {
  return fmt::format("{:.2f} ms", microseconds / k_us_per_ms);
}

std::string ratio(double ours, double theirs) {
  return fmt::format("**{:.2f}** ({} / {})", ours / theirs, ms(ours), ms(theirs));
}

UniqueFd this_network_namespace() {
  return UniqueFd{::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)};
}

void enter_network_namespace(const UniqueFd& space) {
  if (::setns(space.get(), CLONE_NEWNET) < 0)
    throw std::runtime_error("cannot change the network namespace");
}

void cancel(const Programs& programs, const std::string& socket) {
  run({programs.vdeup, "cancel", "-f", "--bridge", "-s", socket});
}

/// A network of vdeup in this namespace, from nothing to nothing.
class Network {
 public:
  explicit Network(const Programs& programs, std::string socket = k_switch)
      : m_programs(programs), m_socket(std::move(socket)) {
    run({programs.vdeup, "create", "-s", m_socket});
  }
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  ~Network() {
    try {
      enter_network_namespace(m_space);
      cancel(m_programs, m_socket);
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}\n", error.what());
    }
  }

 private:
  const Programs& m_programs;
  std::string m_socket;
  UniqueFd m_space = this_network_namespace();
};

Words vdeup_line(const Programs& programs, const std::string& vm) {
  return {programs.vdeup, "run", "--", vm};
}

Words vdeq_line(const Programs& programs, const std::string& vm) {
  return {programs.vdeq, vm, "-sock", k_switch};
}

int count_clients(const Programs& programs) {
  return status_of({programs.by_hand, "clients", k_mgmt});
}

// ---- run on a warm network ----

void compare_with_vdeq(const Programs& programs, const std::string& vm, std::string_view vm_name,
                       std::string_view budget) {
  const std::string what = fmt::format("`run` on a warm network, time added until {} begins", vm_name);
  const std::string against = "the same program started by `vdeq`";
  if (programs.vdeq.empty())
    return print_row(what, against, "not measured: no `vdeq` here", budget);
  const Network network{programs};
  const auto series = interleave(programs.rounds, {[&] { return time_until_vm({vm}); },
                                                   [&] { return time_until_vm(vdeup_line(programs, vm)); },
                                                   [&] { return time_until_vm(vdeq_line(programs, vm)); }});
  const double bare = series[0].median();
  print_row(what, against, ratio(series[1].median() - bare, series[2].median() - bare), budget);
}

/// The tiny VM under QEMU's name; what a launcher asks it beforehand, the real QEMU answers.
std::string make_qemu_stand_in(const Programs& programs) {
  std::string stand_in = "/var/tmp/" + fs::path{programs.qemu}.filename().string();
  fs::copy_file(programs.tiny_vm, stand_in, fs::copy_options::overwrite_existing);
  ::setenv(VM_QEMU, programs.qemu.c_str(), 1);
  return stand_in;
}

void compare_with_vdeq_on_qemu(const Programs& programs) {
  if (programs.qemu.empty())
    return print_row("the same with QEMU", "", "not measured: no QEMU here", "≤ 0.15");
  compare_with_vdeq(programs, make_qemu_stand_in(programs), "a real QEMU", "≤ 0.15");
  ::unsetenv(VM_QEMU);
}

void measure_noise(const Programs& programs) {
  const auto bare = interleave(programs.rounds, {[&] { return time_until_vm({programs.tiny_vm}); }});
  double load = 0;
  (void)::getloadavg(&load, 1);
  fmt::print("\nMedians of {} interleaved rounds on {} CPUs. Noise: the bare program needs {} / {} / {} "
             "(least / median / 90 %) until its main(), load average {:.1f}.\n",
             programs.rounds, ::sysconf(_SC_NPROCESSORS_ONLN), ms(bare[0].quantile(0)), ms(bare[0].median()),
             ms(bare[0].quantile(0.9)), load);
}

void count_all_forks(const Programs& programs) {
  const Network network{programs};
  const auto vm = programs.tiny_vm;
  const std::string theirs =
      programs.vdeq.empty() ? "" : fmt::format("`vdeq`: {}", count_forks(vdeq_line(programs, vm)));
  print_row("forks on the warm path", theirs, fmt::format("**{}**", count_forks(vdeup_line(programs, vm))),
            "0");
}

/// Ports that are still taken although all programs have ended. The switch takes notice a moment later.
int count_lost_ports(const Programs& programs) {
  (void)lab::eventually([&] { return count_clients(programs) == 0; }, std::chrono::seconds{2});
  return count_clients(programs);
}

void launch_one_after_the_other(const Programs& programs) {
  constexpr int launches = 100;
  const Network network{programs};
  for (int i = 0; i < launches; ++i)
    (void)time_until_vm(vdeup_line(programs, programs.tiny_vm));
  print_row(fmt::format("ports still taken after {} launches one after the other", launches), "",
            fmt::format("**{}**", count_lost_ports(programs)), "0");
}

// ---- from nothing ----

void compare_with_by_hand(const Programs& programs) {
  const auto vdeup = [&] {
    const double time = time_until_end({programs.vdeup, "create"});
    cancel(programs, k_switch);
    return time;
  };
  const auto by_hand = [&] {
    const double time = time_until_end({programs.by_hand, "create"});
    run({programs.by_hand, "cancel"});
    return time;
  };
  const auto series = interleave(programs.rounds, {vdeup, by_hand});
  print_row("cold `create`: bridge, TAP and switch",
            "the same kernel calls and one `vde_switch` by hand, in C",
            ratio(series[0].median(), series[1].median()), "≤ 1.3");
}

// ---- many links ----

/// Another network namespace with `count` links and a network of vdeup. The process stays in it.
class CrowdedHost {
 public:
  CrowdedHost(const Programs& programs, int count, const std::string& socket) {
    if (::unshare(CLONE_NEWNET) < 0)
      throw std::runtime_error("cannot make a network namespace");
    run({programs.by_hand, "links", std::to_string(count)});
    m_space = this_network_namespace();
    m_network.emplace(programs, socket);
    m_line = {programs.vdeup, "run", "-s", socket, "--", programs.tiny_vm};
  }
  [[nodiscard]] double time_launch() const {
    enter_network_namespace(m_space);
    return time_until_vm(m_line);
  }

 private:
  UniqueFd m_space{};
  std::optional<Network> m_network{};
  Words m_line{};
};

void compare_many_links(const Programs& programs) {
  constexpr int few_links = 10;
  constexpr int many_links = 1000;
  const auto home = this_network_namespace();
  {
    const CrowdedHost few{programs, few_links, k_switch + ".few"};
    const CrowdedHost many{programs, many_links, k_switch + ".many"};
    const auto series =
        interleave(programs.rounds, {[&] { return time_until_vm({programs.tiny_vm}); },
                                     [&] { return few.time_launch(); }, [&] { return many.time_launch(); }});
    const double bare = series[0].median();
    print_row(fmt::format("warm `run` with {} other links on the host, time added", many_links),
              fmt::format("the same with {}", few_links),
              ratio(series[2].median() - bare, series[1].median() - bare), "≤ 1.1");
  }
  enter_network_namespace(home);
}

// ---- looking ----

void measure_looking(const Programs& programs) {
  constexpr double former_tool_us = 650'000;
  const Network network{programs};
  const Words commands{"list", "info", "check"};
  std::vector<std::function<double()>> alternatives;
  for (const std::string& command : commands)
    alternatives.emplace_back([&programs, command] { return time_until_end({programs.vdeup, command}); });
  const auto series = interleave(programs.rounds, alternatives);
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const double median = series[i].median();
    print_row(fmt::format("`{}`", commands[i]), "the 2010 tool, 650 ms a call",
              fmt::format("**1/{:.0f}** ({})", former_tool_us / median, ms(median)), "≤ 1/300");
  }
}

// ---- a hundred at once ----

int count_switches() {
  const std::string pids = lab::list_switches();
  return static_cast<int>(std::count(pids.begin(), pids.end(), '\n'));
}

int count_taps() {
  std::ifstream devices{"/proc/self/net/dev"};
  int count = 0;
  for (std::string line; std::getline(devices, line);)
    if (line.find_first_not_of(' ') == line.find("tap") && line.find("tap") != std::string::npos)
      ++count;
  return count;
}

/// A hundred launches that have begun at once and stay until they are told to end.
class Crowd {
 public:
  explicit Crowd(const Words& line) {
    std::array<int, 2> hold{};
    if (::pipe2(hold.data(), O_CLOEXEC) < 0)
      throw std::runtime_error("cannot make a pipe");
    const UniqueFd stay{hold[0]};
    m_release = UniqueFd{hold[1]};
    for (int i = 0; i < k_launches; ++i)
      m_children.emplace_back(line, stay.get());
    for (Child& child : m_children)
      take(child.report(m_deadline));
  }
  /// How many got as far as their main() with a connection that takes frames.
  [[nodiscard]] int connected() const { return m_connected; }
  [[nodiscard]] double us_until_last() const {
    return static_cast<double>(m_last_ns - m_children.front().started_ns()) / k_ns_per_us;
  }
  void end() {
    m_release.reset();
    for (Child& child : m_children)
      (void)child.finish(m_deadline);
  }

  static constexpr int k_launches = 100;

 private:
  void take(const std::optional<vm_report>& report) {
    if (!report || report->connected != 1)
      return;
    ++m_connected;
    m_last_ns = std::max(m_last_ns, report->began_ns);
  }

  std::list<Child> m_children{};
  UniqueFd m_release{};
  Deadline m_deadline = Deadline::after(std::chrono::seconds{60});
  int m_connected = 0;
  std::int64_t m_last_ns = 0;
};

void launch_many_at_once(const Programs& programs) {
  Crowd crowd{vdeup_line(programs, programs.tiny_vm)};
  const int switches = count_switches();
  const int taps = count_taps();
  crowd.end();
  print_row(fmt::format("{} launches at once, one user, from nothing", Crowd::k_launches),
            "succeeded; switches; TAPs; ports still taken when all have ended",
            fmt::format("**{}; {}; {}; {}** (all running after {:.0f} ms)", crowd.connected(), switches, taps,
                        count_lost_ports(programs), crowd.us_until_last() / k_us_per_ms),
            "100; 1; 1; 0");
  cancel(programs, k_switch);
}

void measure(const Programs& programs) {
  print_row("what", "against", "measured", "budget");
  print_row("---", "---", "---", "---");
  compare_with_vdeq(programs, programs.tiny_vm, "a minimal C program", "≤ 0.5");
  compare_with_vdeq_on_qemu(programs);
  compare_with_by_hand(programs);
  measure_looking(programs);
  compare_many_links(programs);
  launch_many_at_once(programs);
  count_all_forks(programs);
  launch_one_after_the_other(programs);
  measure_noise(programs);
}

} // namespace
} // namespace bench

int main(int argc, char** argv) {
  try {
    const auto programs = bench::read_arguments({argv + 1, argv + argc});
    lab::enter();
    bench::measure(programs);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "vdeup-bench-launch: {}\n", error.what());
    return 1;
  }
}
