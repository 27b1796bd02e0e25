// A reply proves only the target that sent it.

#include "kernel/announce.hpp"
#include "kernel/reach.hpp"
#include "nic/nic_lab.hpp"
#include "support/catch.hpp"
#include "support/lab.hpp"

#include <net/if.h>

#include <thread>

using namespace lab;
namespace vd = vdeup;

namespace {

using How = vd::ReachTarget::How;

vd::Result<std::vector<bool>> ask(How how, const std::vector<std::string>& addresses) {
  std::vector<vd::ReachTarget> targets;
  for (const auto& address : addresses)
    targets.push_back({how, vd::IpAddress::parse(address).value()});
  const vd::kernel::Device nic{Mover{}.look("eth0").index, name_of("eth0")};
  return vd::kernel::reach(nic, targets, vd::Deadline::after(std::chrono::seconds{1}));
}

std::vector<bool> reached(How how, const std::vector<std::string>& addresses) {
  const auto answers = ask(how, addresses);
  REQUIRE(answers);
  return answers.value();
}

using Answers = std::vector<bool>;

/// Somebody who announces addresses on the gateway's side all the time, and replies to nobody.
class Announcing {
 public:
  Announcing(const NetworkNamespace& where, const std::vector<std::string>& addresses) {
    std::vector<vd::IpAddress> announced;
    for (const auto& address : addresses)
      announced.push_back(vd::IpAddress::parse(address).value());
    m_thread = std::jthread{[&where, announced](const std::stop_token& stop) {
      where.enter();
      const vd::kernel::Device device{::if_nametoindex("lan"), name_of("lan")};
      const auto announcer = vd::kernel::Announcer::open();
      while (!stop.stop_requested()) {
        (void)announcer.value().announce(device, k_mac, announced);
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
      }
    }};
  }

 private:
  inline static const vd::MacAddress k_mac = vd::MacAddress::parse("02:00:00:00:00:07").value();
  std::jthread m_thread{};
};

} // namespace

TEST_CASE("reach: an echo reply proves only the target that sent it", "[nic]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  CHECK(reached(How::echo, {"10.9.0.2", "10.9.0.77"}) == Answers{true, false});
  CHECK(reached(How::echo, {"192.0.2.77", "10.1.0.1", "10.9.0.2"}) == Answers{false, true, true});
  CHECK(reached(How::echo, {"2001:db8:9::77", "2001:db8:9::2"}) == Answers{false, true});
}

TEST_CASE("reach: a neighbour's reply proves only the target that sent it", "[nic]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  CHECK(reached(How::neighbour, {"10.1.0.1", "10.1.0.77"}) == Answers{true, false});
  CHECK(reached(How::neighbour, {"2001:db8:1::77", "2001:db8:1::1"}) == Answers{false, true});
}

TEST_CASE("reach: a neighbour that only announces its addresses has not replied", "[nic]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  neighbourhood.gateway.ip("address delete 10.1.0.1/24 dev lan");
  neighbourhood.gateway.ip("-6 address delete 2001:db8:1::1/64 dev lan");
  const Announcing gateway{neighbourhood.gateway, {"10.1.0.1", "2001:db8:1::1"}};
  CHECK(reached(How::neighbour, {"10.1.0.1", "2001:db8:1::1"}) == Answers{false, false});
}

TEST_CASE("reach: an address of this host is no target", "[nic]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  for (const char* own : {"10.1.0.2", "2001:db8:1::2", "127.0.0.1"})
    for (const How how : {How::echo, How::connect})
      CHECK(ask(how, {own}).error().kind() == vd::ErrorKind::refused);
}
