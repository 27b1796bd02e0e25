// create and cancel --bridge on a NIC that carries traffic.

#include "move/move_lab.hpp"
#include "nic/traffic.hpp"

#include <fmt/format.h>

#include <memory>

using namespace lab;
using namespace move_lab;

namespace {

constexpr std::chrono::milliseconds k_max_stall{20};

} // namespace

TEST_CASE("move: create and cancel --bridge lose no packet of anybody, and leave all as it was", "[move]") {
  const Neighbourhood neighbourhood;
  give_everything();
  const std::string before = snapshot();
  std::vector<std::unique_ptr<Traffic>> flows;
  for (const std::string address : {"10.1.0.3", "2001:db8:1::3"})
    for (const auto kind : {Traffic::Kind::ping_pong, Traffic::Kind::stream, Traffic::Kind::datagrams})
      flows.push_back(std::make_unique<Traffic>(kind, neighbourhood.far_host, address));

  const auto created = run_vdeup({"create"});
  INFO(created.err);
  REQUIRE(created.status == 0);
  CHECK(has(created.err, "eth0 is in it: the default route leads out of it"));
  CHECK(has(run({"ip", "-o", "link", "show", "eth0"}).out, "master ctysbr0"));
  CHECK(run({"ip", "-o", "-4", "address", "show", "eth0"}).out.empty());
  check_success(run_vdeup({"check"}));
  const auto again = run_vdeup({"create"});
  CHECK(again.status == 0);
  CHECK_FALSE(has(again.out, "created"));
  check_success(run_vdeup({"cancel", "--bridge"}));

  std::string lines;
  for (const auto& flow : flows) {
    const TrafficReport report = flow->finish();
    lines +=
        fmt::format("longest gap {:.1f} ms, {} exchanged, {} lost\n",
                    static_cast<double>(report.longest_gap.count()) / 1000, report.exchanged, report.lost);
    CHECK_FALSE(report.is_broken);
    CHECK(report.exchanged > 10);
    CHECK(report.lost == 0);
    CHECK(report.longest_gap <= 3 * k_max_stall); // six flows and vdeup share two processors
  }
  WARN(lines);
  CHECK(changes_since(before) == "");
}
