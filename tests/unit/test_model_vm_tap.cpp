#include "model/vm_tap.hpp"
#include "support/catch.hpp"

using namespace vdeup;

namespace {

VmTapMark mark_of(const std::string& name) {
  return {name, MacAddress::parse("52:54:00:12:34:56").value(), 1000,
          SocketPath::directory("/var/tmp/vde switch=0.acue").value()};
}

} // namespace

TEST_CASE("VM TAP: the mark is read back, also from a path with blanks", "[model]") {
  const auto mark = mark_of("web1");
  CHECK(mark.text() == "vdeup vm=web1 mac=52:54:00:12:34:56 uid=1000 switch=/var/tmp/vde switch=0.acue");
  CHECK(VmTapMark::parse(mark.text()) == mark);
  CHECK_FALSE(TapMark::parse(mark.text())); // no switch's TAP: cancel leaves it alone
}

TEST_CASE("VM TAP: a name cannot say more than a name", "[model]") {
  const auto read = VmTapMark::parse(mark_of("a mac=52:54:00:00:00:01 uid=0 switch=/x\n").text());
  REQUIRE(read);
  CHECK(read->owner == 1000);
  CHECK(read->mac.str() == "52:54:00:12:34:56");
}

TEST_CASE("VM TAP: the longest mark fits into an alias", "[model]") {
  auto mark = mark_of(std::string(200, 'x'));
  mark.switch_dir = SocketPath::directory("/" + std::string(91, 'd')).value();
  mark.owner = 4294967294U;
  CHECK(mark.text().size() < 256); // IFALIASZ
}

TEST_CASE("VM TAP: of all links, those with the mark of this switch and owner are a network's", "[model]") {
  const auto mark = mark_of("web1");
  const Scope scope{.owner = {.uid = 1000, .gid = 1000, .name = "acue"},
                    .sockets = {mark.switch_dir, SocketPath::socket("/var/tmp/vde_mgmt0.acue").value()}};
  const Link own{.index = 3,
                 .name = "tap7",
                 .kind = "tun",
                 .alias = mark.text(),
                 .is_tap = true,
                 .counters = {.packets_in = 1, .bytes_in = 60}};
  Link others = own;
  others.alias = VmTapMark{"web1", mark.mac, 1001, mark.switch_dir}.text();
  Link elsewhere = own;
  elsewhere.alias =
      VmTapMark{"web1", mark.mac, 1000, SocketPath::directory("/var/tmp/vde_switch1.acue").value()}.text();
  Link no_tap = own;
  no_tap.is_tap = false;
  const auto found = vms_on_taps({others, own, elsewhere, no_tap}, scope);
  REQUIRE(found.size() == 1);
  CHECK(found[0].tap.str() == "tap7");
  CHECK(found[0].mark == mark);
  CHECK(found[0].counters == own.counters);
}

TEST_CASE("VM TAP: another alias is not a mark", "[model]") {
  for (const char* alias :
       {"", "vdeup bridge", "vdeup uid=1 switch=/x", "vdeup vm=x", "vdeup vm=x mac=zz uid=1 switch=/x",
        "vdeup vm=x mac=52:54:00:12:34:56 uid=1x switch=/x",
        "vdeup vm=x mac=52:54:00:12:34:56 uid=1 switch=relative"})
    CHECK_FALSE(VmTapMark::parse(alias));
}
