// The checks behind the protocol, which names no owner: a step that would work for another user than the
// caller is refused, whoever made it.

#include "config/settings.hpp"
#include "model/interpret.hpp"
#include "privilege/privilege_lab.hpp"
#include "privilege/request_handler.hpp"
#include "support/catch.hpp"
#include "support/lab.hpp"

using namespace privilege_lab;
using namespace vdeup;

namespace {

const Identity k_caller{lab::k_acue.uid, lab::k_acue.gid, lab::k_acue.name};
const Identity k_other{lab::k_berta.uid, lab::k_berta.gid, lab::k_berta.name};

IfName name(const std::string& text) {
  return IfName::parse(text).value();
}

void check_is_refused(const Result<>& done) {
  REQUIRE(!done);
  CHECK(done.error().kind() == ErrorKind::refused);
  CHECK(done.error().cause() == "only root can work for another user");
}

} // namespace

TEST_CASE("requests: a step or a TAP for another user than the caller is refused", "[privilege]") {
  const Host host;
  Host::set_policy("allow all bridge * all\nallow all bridge mine all\n");
  must("ip link add mine type bridge");
  const std::string seed = config::host_seed();
  auto opened = privilege::RequestHandler::open(
      {.caller = k_caller, .host_seed = seed, .policy = config::read_policy().value()});
  REQUIRE(opened);
  auto& handler = opened.value();
  const auto dir = SocketPath::directory("/var/tmp/vde_switch0.berta").value();
  const NatMark mark{k_other.uid, dir};
  const MacAddress mac = bridge_address(name("vdenat5001"), seed);
  lab::settle();
  const std::string before = lab::snapshot();

  check_is_refused(handler.execute(LinkStep{CreateBridge{name("vdenat5001"), mac, 1500, mark}}));
  check_is_refused(handler.execute(LinkStep{DeleteBridge{name("mine"), mark}}));
  check_is_refused(handler.execute(LinkStep{MarkBridge{name("mine"), mac, mark}}));
  const TapMark tap_mark{k_other.uid, dir};
  check_is_refused(handler.execute(LinkStep{CreateTap{name("tap0"), k_other, 1500, tap_mark}}));
  check_is_refused(handler.execute(LinkStep{CreateTap{name("tap0"), k_caller, 1500, tap_mark}}));
  check_is_refused(handler.execute(NatStep{RemovePrivateNetwork{name("mine"), mark}}));
  const PrivateNetwork network{.gateway4 = IpPrefix{IpAddress::parse("10.1.2.1").value(), 24}};
  check_is_refused(handler.execute(NatStep{AddPrivateNetwork{name("mine"), network, mark}}));
  check_is_refused(handler.execute(NatStep{StartDnsmasq{k_other, name("mine"), network, dir}}));
  const auto tap = handler.open_tap({name("mine"), 1500, 1, {"vm", mac, k_other.uid, dir}});
  check_is_refused(tap ? Result<>{ok()} : fail(tap.error()));
  CHECK(lab::changes_since(before).empty());
}
