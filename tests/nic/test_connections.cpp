#include "kernel/detour.hpp"
#include "kernel/memory_lock.hpp"
#include "nic/nic_lab.hpp"
#include "nic/traffic.hpp"
#include "support/catch.hpp"
#include "support/lab.hpp"

#include <fmt/format.h>

#include <memory>

using namespace lab;
namespace vd = vdeup;

namespace {

constexpr int k_rounds = 20;
constexpr std::chrono::milliseconds k_max_stall{20};
constexpr std::chrono::milliseconds k_rest{15}; // between moves: the connections are to be at work

struct Flow {
  std::string name;
  std::unique_ptr<Traffic> traffic;
};

std::vector<Flow> all_flows(const NetworkNamespace& far_host) {
  std::vector<Flow> flows;
  for (const std::string address : {"10.1.0.2", "2001:db8:1::2"}) {
    using Kind = Traffic::Kind;
    for (const auto& [name, kind] :
         {std::pair{"TCP ping-pong", Kind::ping_pong}, std::pair{"TCP stream", Kind::stream},
          std::pair{"UDP", Kind::datagrams}})
      flows.push_back(
          {fmt::format("{} to {}", name, address), std::make_unique<Traffic>(kind, far_host, address)});
  }
  return flows;
}

std::string describe(const TrafficReport& report) {
  return fmt::format("longest gap {:.1f} ms, {} exchanged, {} lost{}",
                     static_cast<double>(report.longest_gap.count()) / 1000, report.exchanged, report.lost,
                     report.is_broken ? ", BROKEN" : "");
}

/// Without a detour the kernel drops a frame now and then, and there is no promise to hold anybody to.
void need_detours(const Mover& mover) {
  const vd::NicSnapshot nic = mover.look("eth0");
  const vd::kernel::Device device{nic.index, nic.name};
  if (const auto detour = vd::kernel::KernelDetour::begin(device, device); !detour)
    skip(detour.error().message());
}

void rest() {
  std::this_thread::sleep_for(k_rest);
}

} // namespace

TEST_CASE("connections: nobody notices forty moves", "[nic]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  const Mover mover;
  need_detours(mover);
  const auto lock = vd::kernel::MemoryLock::hold();
  REQUIRE(lock);
  // How long a connection waits for a processor alone, here and now.
  Traffic still{Traffic::Kind::ping_pong, neighbourhood.far_host, "10.1.0.2"};
  std::this_thread::sleep_for(k_rounds * k_rest);
  const auto usual_gap = still.finish().longest_gap;
  auto flows = all_flows(neighbourhood.far_host);
  for (int i = 0; i < k_rounds; ++i) {
    rest();
    REQUIRE(mover.apply(mover.plan_in()));
    rest();
    REQUIRE(mover.apply(mover.plan_out()));
  }
  rest();
  std::string lines =
      fmt::format("without a move: longest gap {:.1f} ms\n", static_cast<double>(usual_gap.count()) / 1000);
  for (Flow& flow : flows) {
    const TrafficReport report = flow.traffic->finish();
    lines += fmt::format("{}: {}\n", flow.name, describe(report));
    CAPTURE(flow.name);
    CHECK_FALSE(report.is_broken);
    CHECK(report.lost == 0); // not one segment was sent again
    CHECK(report.exchanged > 100);
    // A stream is a whole processor's work, and waits for one.
    const auto budget = flow.name.find("stream") == std::string::npos ? k_max_stall : 3 * k_max_stall;
    CHECK(report.longest_gap <= std::max<std::chrono::microseconds>(budget, 3 * usual_gap));
  }
  WARN(lines);
}

TEST_CASE("connections: the naive order makes them wait, as this test would see", "[nic]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  Traffic traffic{Traffic::Kind::ping_pong, neighbourhood.far_host, "10.1.0.2"};
  rest();
  ip("link add ctysbr0 type bridge forward_delay 0");
  ip("link set ctysbr0 up");
  ip("link set eth0 master ctysbr0");
  ip("address add 10.1.0.2/24 dev ctysbr0");
  ip("address flush dev eth0");
  ip("route add default via 10.1.0.1");
  std::this_thread::sleep_for(50 * k_rest); // whatever was lost has been sent again by then
  const TrafficReport report = traffic.finish();
  WARN(describe(report));
  CHECK(report.longest_gap > 5 * k_max_stall);
}
