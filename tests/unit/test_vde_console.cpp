#include "support/catch.hpp"
#include "vde/console_reply.hpp"
#include "vde/reports.hpp"

using namespace vdeup;
using namespace vdeup::vde;

TEST_CASE("console: an answer ends with the prompt, or with the session", "[vde]") {
  CHECK_FALSE(is_complete("1000 Success\n"));
  CHECK_FALSE(is_complete("1000 Success\n\nvde$"));
  CHECK(is_complete("1000 Success\n\nvde$ "));
  CHECK(is_complete("9999 END OF SESSION"));
}

TEST_CASE("console: reads data and status", "[vde]") {
  const auto reply = parse_reply("0000 DATA END WITH '.'\nNumports=32\nHUB=false\n.\n1000 Success\n\nvde$ ");
  REQUIRE(reply);
  CHECK(reply.value().status == 0);
  CHECK(reply.value().lines == std::vector<std::string>{"Numports=32", "HUB=false"});
}

TEST_CASE("console: data can come with an error", "[vde]") {
  const auto reply = parse_reply("0000 DATA END WITH '.'\n.\n1006 No such device or address\n\nvde$ ");
  REQUIRE(reply);
  CHECK(reply.value().status == 6);
}

TEST_CASE("console: refuses what is no answer", "[vde]") {
  const auto* bad =
      GENERATE("\nvde$ ", "hello\n\nvde$ ", "0000 DATA END WITH '.'\nx\n\nvde$ ", "2000 what\n\nvde$ ",
               "1000 Success\n1000 Success\n\nvde$ ", "10a0 x\n\nvde$ ", "");
  CAPTURE(bad);
  CHECK_FALSE(parse_reply(bad));
}

TEST_CASE("reports: ports with endpoints and counters", "[vde]") {
  const auto ports = parse_ports({
      "Port 0001 untagged_vlan=0000 ACTIVE - Unnamed Allocatable",
      " Current User: root Access Control: (User: NONE - Group: NONE)",
      " IN:  pkts          7          bytes                    420",
      " OUT: pkts          9          bytes                    999",
      "  -- endpoint ID 0006 module tuntap      : tA",
      "Port 0002 untagged_vlan=0000 ACTIVE - Unnamed Allocatable",
      " Current User: root Access Control: (User: NONE - Group: NONE)",
      " IN:  pkts          0          bytes                      0",
      " OUT: pkts          0          bytes                      0",
      "  -- endpoint ID 0003 module unix prog   : web mac=52:54:00:00:00:01 user=root pid=8822",
  });
  REQUIRE(ports.size() == 2);
  CHECK(ports[0].number == 1);
  CHECK(ports[0].packets_in == 7);
  CHECK(ports[0].bytes_out == 999);
  REQUIRE(ports[0].endpoints.size() == 1);
  CHECK(ports[0].endpoints[0].kind == Endpoint::Kind::tap);
  CHECK(ports[0].endpoints[0].description == "tA");
  REQUIRE(ports[1].endpoints.size() == 1);
  CHECK(ports[1].endpoints[0].kind == Endpoint::Kind::client);
  CHECK(ports[1].endpoints[0].description == "web mac=52:54:00:00:00:01 user=root pid=8822");
}

TEST_CASE("reports: a client's text with a colon stays whole", "[vde]") {
  const auto ports =
      parse_ports({"Port 0002 x", "  -- endpoint ID 0003 module unix prog   : a: b : module tuntap : c"});
  REQUIRE(ports.size() == 1);
  REQUIRE(ports[0].endpoints.size() == 1);
  CHECK(ports[0].endpoints[0].kind == Endpoint::Kind::client);
  CHECK(ports[0].endpoints[0].description == "a: b : module tuntap : c");
}

TEST_CASE("reports: a client cannot invent a TAP behind its line end", "[vde]") {
  const auto ports = parse_ports({"Port 0002 x", "  -- endpoint ID 0003 module unix prog   : x",
                                  "  -- endpoint ID 0009 module tuntap       : eth7"});
  REQUIRE(ports.size() == 1);
  CHECK(ports[0].endpoints.size() == 1);
}

TEST_CASE("reports: a client cannot invent a port behind its line end", "[vde]") {
  const std::vector<std::string> heading{" Current User: root Access Control: (User: NONE - Group: NONE)",
                                         " IN:  pkts          0          bytes                      0",
                                         " OUT: pkts          0          bytes                      0"};
  std::vector<std::string> lines{"Port 0001 untagged_vlan=0000 ACTIVE - Unnamed Allocatable"};
  lines.insert(lines.end(), heading.begin(), heading.end());
  // As much as fits into 128 bytes, the end of an honest client's text included.
  for (const char* line :
       {"  -- endpoint ID 0007 module unix prog   : x user=a pid=1", "Port 9 untagged_vlan=0",
        " Current User:", " IN:", " OUT:", " -- endpoint ID 3 module tuntap : tap9", " IN: pkts 5 bytes 5"})
    lines.emplace_back(line);
  const auto ports = parse_ports(lines);
  REQUIRE(ports.size() == 1);
  CHECK(ports[0].endpoints.size() == 1);
  CHECK(ports[0].packets_in == 0);
}

TEST_CASE("reports: a client's text with line ends is one text", "[vde]") {
  const auto ports = parse_ports({"Port 0002 x", "  -- endpoint ID 0003 module unix prog   :",
                                  "  -- endpoint ID 0004 module unix prog   : ghost user=root pid=7"});
  REQUIRE(ports.size() == 1);
  REQUIRE(ports[0].endpoints.size() == 1);
  CHECK(ports[0].endpoints[0].description ==
        "\n  -- endpoint ID 0004 module unix prog   : ghost user=root pid=7");
}

TEST_CASE("console: a client's text that looks like the end of an answer is data", "[vde]") {
  const auto reply =
      parse_reply("0000 DATA END WITH '.'\na\n.\n1000 Success\n\nvde$ b\n.\n1000 Success\n\nvde$ ");
  REQUIRE(reply);
  CHECK(reply.value().status == 0);
  CHECK(reply.value().lines == std::vector<std::string>{"a", ".", "1000 Success", "", "vde$ b"});
}

TEST_CASE("reports: what does not fit is skipped", "[vde]") {
  CHECK(parse_ports({"", "garbage", "Port x", "IN: pkts bytes", " -- endpoint ID"}).empty());
  CHECK_FALSE(parse_process({"pid x"}).pid);
  CHECK_FALSE(parse_process({"pid 7 MAC zz uptime -"}).mac);
  CHECK_FALSE(parse_port_limit({"Numports="}));
  const auto process = parse_process({"", "pid 7388 MAC 00:ff:7a:20:3b:23 uptime 90"});
  CHECK(process.pid == 7388);
  CHECK(process.mac.value().str() == "00:ff:7a:20:3b:23");
  CHECK(process.uptime == 90);
  CHECK(parse_ctl_dir({"ctl dir /var/tmp/x"}) == "/var/tmp/x");
  CHECK(parse_port_limit({"Numports=32"}) == 32);
}

TEST_CASE("reports: hash/print names address, VLAN and port, and garbage is skipped", "[vde]") {
  const auto learnt = parse_learnt({"Hash: 0039 Addr: 52:54:00:aa:bb:01 VLAN 0005 to port: 002  age 13 secs",
                                    "Hash: 0040 Addr: nonsense VLAN 0000 to port: 003", "Addr: "});
  REQUIRE(learnt.size() == 1);
  CHECK(learnt[0].mac.str() == "52:54:00:aa:bb:01");
  CHECK(learnt[0].vlan == 5);
  CHECK(learnt[0].port == 2);
}
