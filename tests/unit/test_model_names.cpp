#include "model/device_alias.hpp"
#include "model/names.hpp"
#include "model/vde_locator.hpp"
#include "support/catch.hpp"

#include <string>

using namespace vdeup;

TEST_CASE("IfName: takes what the kernel takes", "[model]") {
  CHECK(IfName::parse("br0"));
  CHECK(IfName::parse("a23456789012345"));
  CHECK(IfName::parse("br-lan.7_x"));
}

TEST_CASE("IfName: refuses what the kernel or a shell would trip over", "[model]") {
  const auto* bad = GENERATE("", "a234567890123456", ".", "..", "a b", "a/b", "a:b", "tap%d", "-f", "a\nb",
                             "a\tb", "\xc3\xa4");
  CAPTURE(bad);
  const auto parsed = IfName::parse(bad);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().kind() == ErrorKind::usage);
}

TEST_CASE("MacAddress: reads and prints six bytes", "[model]") {
  const auto mac = MacAddress::parse("52:54:0:aB:cd:0f");
  REQUIRE(mac);
  CHECK(mac.value().str() == "52:54:00:ab:cd:0f");
  CHECK_FALSE(mac.value().is_multicast());
  const auto* bad = GENERATE("", "52:54:00:12:34", "52:54:00:12:34:56:78", "52-54-00-12-34-56",
                             "52:54:00:12:34:5g", "52:54:00:12:34:567", "::::::");
  CHECK_FALSE(MacAddress::parse(bad));
}

TEST_CASE("SocketPath: is absolute, short, and harmless", "[model]") {
  CHECK(SocketPath::directory("/var/tmp/vde_switch0.acue").value().parent() == "/var/tmp");
  CHECK(SocketPath::socket("/mgmt").value().parent() == "/");
  CHECK(SocketPath::directory("/a//b/.///").value().str() == "/a/b");
  CHECK(SocketPath::directory("/" + std::string(91, 'x')));
  CHECK_FALSE(SocketPath::directory("/" + std::string(92, 'x')));
  CHECK(SocketPath::socket("/" + std::string(99, 'x')));
  CHECK_FALSE(SocketPath::socket("/" + std::string(100, 'x')));
  const auto* bad =
      GENERATE("", "/", "//", "/a/../b", "/..", "relative", "./x", "/a\nb", "/\xc3\xa4");
  CAPTURE(bad);
  CHECK_FALSE(SocketPath::directory(bad));
}

TEST_CASE("vde_locator: puts a backslash before what libvdeplug reads as syntax", "[model]") {
  const auto locator = [](const char* path) { return vde_locator(SocketPath::directory(path).value()); };
  CHECK(locator("/var/tmp/vde_switch0.acue") == "/var/tmp/vde_switch0.acue");
  CHECK(locator(R"(/CORP\jdoe)") == R"(/CORP\\jdoe)");
  CHECK(locator(R"(/a[3]{b}'"$ ,:)") == R"(/a\[3\]\{b\}\'\"$ ,:)");
}

TEST_CASE("TapMark: survives its way through an alias", "[model]") {
  const TapMark mark{1000, SocketPath::directory("/var/tmp/a switch").value()};
  CHECK(TapMark::parse(mark.text()) == mark);
  const auto* foreign = GENERATE("", "vdeup", "vdeup uid=", "vdeup uid=x switch=/a",
                                 "vdeup uid=1 switch=", "vdeup uid=1 switch=a", "vdeup uid=1switch=/a",
                                 "VDEUP uid=1 switch=/a");
  CAPTURE(foreign);
  CHECK_FALSE(TapMark::parse(foreign));
}

TEST_CASE("TapMark: fits into an alias with the longest path", "[model]") {
  const TapMark mark{4294967294U, SocketPath::directory("/" + std::string(91, 'x')).value()};
  CHECK(mark.text().size() < 256); // IFALIASZ
}
