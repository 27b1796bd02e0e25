#include "base/number.hpp"
#include "support/catch.hpp"

#include <string>

using namespace vdeup;

TEST_CASE("a number is the whole text, within its bounds") {
  CHECK(parse_number<unsigned>("0") == 0U);
  CHECK(parse_number<std::uint64_t>("18446744073709551615") == 18446744073709551615U);
  CHECK(parse_number<std::uint16_t>("65535") == 65535);
  CHECK(parse_number<unsigned>("4096", {.max = 4096}) == 4096U);
  CHECK(parse_number<unsigned>("ff", {.base = 16}) == 255U);
  CHECK(parse_number<unsigned>("007") == 7U);
  CHECK(parse_number<pid_t>("2147483647") == 2147483647);
  for (const std::string text : {"", " 1", "1 ", "+1", "-1", "0x1", "1.0", "18446744073709551616"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number<std::uint64_t>(text));
    CHECK_FALSE(parse_number<pid_t>(text));
  }
  CHECK_FALSE(parse_number<std::uint16_t>("65536"));
  CHECK_FALSE(parse_number<pid_t>("2147483648"));
  CHECK_FALSE(parse_number<unsigned>("4097", {.max = 4096}));
  CHECK_FALSE(parse_number<unsigned>("0", {.min = 1}));
  CHECK_FALSE(parse_number<unsigned>("8", {.base = 8}));
}

TEST_CASE("a canonical number has no leading zeros") {
  CHECK(parse_number<unsigned>("0", {.is_canonical = true}) == 0U);
  CHECK(parse_number<unsigned>("10", {.is_canonical = true}) == 10U);
  CHECK_FALSE(parse_number<unsigned>("00", {.is_canonical = true}));
  CHECK_FALSE(parse_number<unsigned>("010", {.is_canonical = true}));
}

TEST_CASE("a number is taken off a text only if it has its form") {
  std::string_view text = "12 rest";
  CHECK(take_number<unsigned>(text) == 12U);
  CHECK(text == " rest");
  CHECK_FALSE(take_number<unsigned>(text));
  std::string_view large = "300,";
  CHECK_FALSE(take_number<std::uint8_t>(large));
  CHECK(large == "300,");
}
