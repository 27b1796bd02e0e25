#include "model/ip_address.hpp"
#include "support/catch.hpp"

using namespace vdeup;

TEST_CASE("addresses: both families are read and printed in their usual form", "[model]") {
  const auto four = IpAddress::parse("192.0.2.1");
  REQUIRE(four);
  CHECK_FALSE(four.value().is_ip6());
  CHECK(four.value().bytes4() == IpAddress::Bytes4{192, 0, 2, 1});
  const auto six = IpAddress::parse("2001:DB8:0::1");
  REQUIRE(six);
  CHECK(six.value().is_ip6());
  CHECK(six.value().str() == "2001:db8::1");
  CHECK_FALSE(six.value().is_link_local6());
  CHECK(IpAddress::parse("febf::1").value().is_link_local6());
  CHECK_FALSE(IpAddress::parse("fec0::1").value().is_link_local6());
}

TEST_CASE("addresses: names, prefixes, zones and hidden zeroes are refused", "[model]") {
  for (const std::string_view text :
       {std::string_view{""}, std::string_view{"localhost"}, std::string_view{"192.0.2.1/24"},
        std::string_view{"fe80::1%eth0"}, std::string_view{"192.0.2.1\0x", 11}})
    CHECK_FALSE(IpAddress::parse(text));
}
