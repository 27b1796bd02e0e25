#include "bench/lane_guest.hpp"

#include "bench/lane_network.hpp"

#include <fmt/format.h>

#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <stdexcept>

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds k_patience_to_boot{120};
constexpr std::chrono::seconds k_patience_to_measure{40};
constexpr std::chrono::seconds k_patience_at_the_end{10};
constexpr int k_max_tries = 3; // a busy machine delays a guest for so long that its connection breaks

std::string output_of(const Words& line, const std::string& directory = {}) {
  const auto finished = lab::run(line, {.directory = directory});
  if (finished.status != 0)
    throw std::runtime_error(fmt::format("{}: {}{}", line.back(), finished.out, finished.err));
  return finished.out;
}

/// The libraries that a program needs, and what loads them.
Words libraries_of(const std::string& program) {
  Words libraries;
  std::istringstream words{output_of({"ldd", program})};
  for (std::string word; words >> word;)
    if (word.starts_with('/'))
      libraries.push_back(word);
  return libraries;
}

void add(const fs::path& from, const fs::path& to) {
  fs::create_directories(to.parent_path());
  fs::copy_file(from, to, fs::copy_options::overwrite_existing); // follows links: what ldd names often is one
}

/// What the guest has beside its own initrd.
fs::path stage_additions() {
  const fs::path root = fs::path{std::getenv("HOME")} / "additions";
  const std::string iperf = "/usr/bin/iperf3";
  if (!fs::exists(iperf))
    throw std::runtime_error("needs iperf3: run contrib/debian-packages install bench");
  add(iperf, root / "bin/iperf3");
  for (const std::string& library : libraries_of(iperf))
    add(library, root / library.substr(1));
  add(fs::read_symlink("/proc/self/exe").parent_path() / "vdeup-bench-ping-pong", root / "bin/ping-pong");
  add(VDEUP_BENCH_LANE_INIT, root / "lane_init");
  return root;
}

/// TCG, because a /dev/kvm that can be opened does not have to work, and not everybody has one. On a busy
/// machine its timer comes too late for the check that the kernel makes of it, and the kernel panics:
/// no_timer_check.
Words line_of(const LaneLine& lane, const GuestFiles& files, int number) {
  const std::string append = fmt::format("console=ttyS0 quiet loglevel=3 panic=-1 no_timer_check "
                                         "rdinit=/lane_init server={} address={} gateway={}",
                                         k_server_address, lane.address, lane.gateway);
  const std::string nic = fmt::format("virtio-net-pci,netdev=net,mac=52:54:00:be:0c:{:02x}", number);
  const Words program{"qemu-system-x86_64", "-name", fmt::format("guest{}", number)};
  const Words machine{"-accel",   "tcg",  "-cpu",    "max",   "-m",        "256",
                      "-display", "none", "-serial", "stdio", "-no-reboot"};
  const Words kernel{"-kernel", files.kernel, "-initrd", files.initrd, "-append", append};
  const Words network{"-netdev", lane.netdev, "-device", nic};
  Words line = lane.launcher;
  for (const Words& part : {program, machine, kernel, network})
    line.insert(line.end(), part.begin(), part.end());
  return line;
}

std::string last_words_of(const lab::Running& vm) {
  constexpr std::size_t most = 1000;
  const std::string& console = vm.output();
  return console.substr(console.size() - std::min(most, console.size()));
}

} // namespace

GuestFiles make_guest_files(const std::string& directory) {
  const fs::path base = fs::absolute(directory);
  const fs::path root = stage_additions();
  const fs::path initrd = root.parent_path() / "initrd.gz";
  add(base / "initrd.gz", initrd);
  // The kernel unpacks one archive after the other.
  output_of({"sh", "-c", "find . | cpio --quiet -o -H newc -R 0:0 | gzip -1n >>" + initrd.string()}, root);
  return {base / "vmlinuz", initrd};
}

Guest::Guest(const LaneLine& lane, const GuestFiles& files, int number)
    : m_name(lane.name), m_vm(line_of(lane, files, number)) {}

void Guest::wait_for(const std::string& text, std::chrono::seconds patience) {
  if (!m_vm.wait_for(text, patience))
    throw std::runtime_error(fmt::format("{}: no \"{}\" from the guest\n{}\n{}", m_name, text,
                                         last_words_of(m_vm), m_vm.finish(std::chrono::seconds{0}).err));
}

void Guest::wait_until_ready() {
  wait_for("ready", k_patience_to_boot);
}

double Guest::obey(std::string_view what) {
  const std::string number = std::to_string(++m_orders);
  m_vm.write(fmt::format("{} {}\n", number, what));
  wait_for(" end " + number, k_patience_to_measure);
  const std::string before = "result " + number + " ";
  return std::atof(m_vm.output().c_str() + m_vm.output().rfind(before) + before.size());
}

double Guest::measure(std::string_view what) {
  for (int tries = 0; tries < k_max_tries; ++tries)
    if (const double value = obey(what); value > 0)
      return value;
  throw std::runtime_error(
      fmt::format("{}: the guest could not measure \"{}\"\n{}", m_name, what, last_words_of(m_vm)));
}

void Guest::end() {
  m_vm.signal(SIGTERM);
  (void)m_vm.finish(k_patience_at_the_end);
}

} // namespace bench
