// What a lane carries: throughput and round trips of real guests, each connected in another way, to one
// server behind the bridge. Everything happens in private namespaces.
#include "bench/lane_guest.hpp"
#include "bench/lane_network.hpp"
#include "bench/timing.hpp"
#include "support/lab.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <list>
#include <stdexcept>

namespace bench {
namespace {

constexpr int k_boots = 2; // how fast one QEMU is depends on where its memory came to lie
constexpr int k_max_rounds = 20;
constexpr double k_kbit_per_gbit = 1e6;
constexpr double k_ns_per_us = 1000.0;

constexpr std::size_t k_by_hand = 0; // what all others are compared with
constexpr std::array k_orders{"sent", "received", "trip"};

struct Arguments {
  std::string vdeup;
  std::string guest;
  int rounds = 4;
};

Arguments read_arguments(const Words& words) {
  if (words.size() < 2 || words.size() > 3)
    throw std::runtime_error("usage: vdeup-bench-lanes VDEUP GUEST-DIRECTORY [ROUNDS]");
  Arguments arguments{.vdeup = std::filesystem::absolute(words[0]),
                      .guest = std::filesystem::absolute(words[1])};
  if (words.size() == 3)
    (void)std::from_chars(words[2].data(), words[2].data() + words[2].size(), arguments.rounds);
  arguments.rounds = std::clamp(arguments.rounds, 1, k_max_rounds);
  return arguments;
}

std::vector<LaneLine> all_lanes(const std::string& vdeup) {
  const std::string vde = "vde,id=net";
  // A lane takes vhost where the machine has it, and so does who makes a TAP by hand.
  const std::string vhost = ::access("/dev/vhost-net", R_OK | W_OK) == 0 ? ",vhost=on" : "";
  return {
      {.name = "`-netdev tap`, made by hand on the same bridge",
       .netdev = fmt::format("tap,id=net,ifname={},script=no,downscript=no{}", k_hand_made_tap, vhost),
       .address = "192.0.2.11/24"},
      {.name = "`--lane tap`",
       .launcher = {vdeup, "run", "--lane", "tap", "--"},
       .netdev = vde,
       .address = "192.0.2.12/24"},
      {.name = "`--lane vde`, the usual one",
       .launcher = {vdeup, "run", "--lane", "vde", "--"},
       .netdev = vde,
       .address = "192.0.2.13/24"},
      {.name = "`--lane vde --reconnect`",
       .launcher = {vdeup, "run", "--lane", "vde", "--reconnect", "--"},
       .netdev = vde,
       .address = "192.0.2.14/24"},
      {.name = "`-netdev vde` of QEMU itself, same switch",
       .netdev = fmt::format("vde,id=net,sock={}", k_switch_directory),
       .address = "192.0.2.16/24"},
      {.name = "`-netdev user` (slirp), behind NAT",
       .netdev = "user,id=net",
       .address = "10.0.2.15/24",
       .gateway = "10.0.2.2"},
  };
}

/// What one lane did, for each of k_orders, and each value as a part of what the hand-made TAP did in that
/// round.
struct Measured {
  std::array<Series, k_orders.size()> values{};
  std::array<Series, k_orders.size()> ratios{};
};

using Results = std::vector<Measured>;

/// The rounds of all boots, in which each time another lane is the first.
class Rounds {
 public:
  Rounds(std::vector<LaneLine> lanes, GuestFiles files)
      : m_lanes(std::move(lanes)), m_files(std::move(files)), m_results(m_lanes.size()) {}

  /// Boot one guest for each lane, measure, and end them.
  void boot_and_measure(int rounds) {
    std::list<Guest> guests;
    for (const LaneLine& lane : m_lanes)
      guests.emplace_back(lane, m_files, static_cast<int>(guests.size()) + 1);
    for (Guest& guest : guests)
      guest.wait_until_ready();
    for (Guest& guest : guests)
      (void)guest.measure("trip"); // not counted: TCG translates, and addresses are looked up
    for (int round = 0; round < rounds; ++round, ++m_turn)
      for (std::size_t order = 0; order < k_orders.size(); ++order)
        measure_in_turn(guests, order);
    for (Guest& guest : guests)
      guest.end();
  }

  [[nodiscard]] const Results& results() const { return m_results; }

 private:
  /// One order to all guests, one after the other.
  void measure_in_turn(std::list<Guest>& guests, std::size_t order) {
    std::vector<double> values(guests.size());
    for (std::size_t i = 0; i < guests.size(); ++i) {
      const std::size_t which = (m_turn + i) % guests.size();
      values[which] =
          std::next(guests.begin(), static_cast<std::ptrdiff_t>(which))->measure(k_orders.at(order));
    }
    for (std::size_t lane = 0; lane < values.size(); ++lane) {
      m_results[lane].values.at(order).add(values[lane]);
      m_results[lane].ratios.at(order).add(values[lane] / values[k_by_hand]);
    }
  }

  std::vector<LaneLine> m_lanes;
  GuestFiles m_files;
  Results m_results;
  std::size_t m_turn = 0;
};

std::string shown(const Measured& measured, std::size_t order) {
  const double value = measured.values.at(order).median();
  const bool is_time = std::string_view{k_orders.at(order)} == "trip";
  const std::string text = is_time ? fmt::format("{:.0f} µs", value / k_ns_per_us)
                                   : fmt::format("{:.2f} Gbit/s", value / k_kbit_per_gbit);
  return fmt::format("{} ({:.2f})", text, measured.ratios.at(order).median());
}

void print_table(const std::vector<LaneLine>& lanes, const Results& results) {
  fmt::print("| VM connected by | guest sends | guest receives | TCP round trip of a byte |\n"
             "| --- | --- | --- | --- |\n");
  for (std::size_t lane = 0; lane < lanes.size(); ++lane)
    fmt::print("| {} | {} | {} | {} |\n", lanes[lane].name, shown(results[lane], 0), shown(results[lane], 1),
               shown(results[lane], 2));
}

void print_spread(const std::vector<LaneLine>& lanes, const Results& results, int rounds) {
  fmt::print("\nMedians of {} interleaved rounds with {} boots, TCG, {} CPUs; in brackets the median of the "
             "ratios to the hand-made TAP of the same round. Least to greatest ratio:\n",
             rounds * k_boots, k_boots, ::sysconf(_SC_NPROCESSORS_ONLN));
  for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
    fmt::print("  {}:", lanes[lane].name);
    for (std::size_t order = 0; order < k_orders.size(); ++order)
      fmt::print(" {} {:.2f} to {:.2f}", k_orders.at(order), results[lane].ratios.at(order).quantile(0),
                 results[lane].ratios.at(order).quantile(1));
    fmt::print("\n");
  }
  double load = 0;
  (void)::getloadavg(&load, 1);
  fmt::print("Load average {:.1f} at the end.\n", load);
}

void measure(const Arguments& arguments) {
  const LaneNetwork network{arguments.vdeup};
  const auto lanes = all_lanes(arguments.vdeup);
  Rounds rounds{lanes, make_guest_files(arguments.guest)};
  for (int boot = 0; boot < k_boots; ++boot)
    rounds.boot_and_measure(arguments.rounds);
  print_table(lanes, rounds.results());
  print_spread(lanes, rounds.results(), arguments.rounds);
}

} // namespace
} // namespace bench

int main(int argc, char** argv) {
  try {
    const auto arguments = bench::read_arguments({argv + 1, argv + argc});
    lab::enter();
    bench::measure(arguments);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "vdeup-bench-lanes: {}\n", error.what());
    return 1;
  }
}
