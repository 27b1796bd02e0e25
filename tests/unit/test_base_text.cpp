#include "base/text.hpp"
#include "support/catch.hpp"

using namespace vdeup;

TEST_CASE("printable: lets nothing through that a terminal could act on", "[base]") {
  CHECK(printable("tap0 (acue)") == "tap0 (acue)");
  CHECK(printable("a\nb\x1b[2J") == "a\\x0ab\\x1b[2J");
  CHECK(printable("\xc3\xa4") == "\\xc3\\xa4");
}

TEST_CASE("shell_quote: gives words that sh reads back as they are", "[base]") {
  CHECK(shell_quote("disk.qcow2") == "disk.qcow2");
  CHECK(shell_quote("") == "''");
  CHECK(shell_quote("it's") == "'it'\\''s'");
  CHECK(shell_quote("a\x1b]0;x") == "$'a\\x1b]0;x'");
  CHECK(shell_line({"qemu", "-name", "a b", "-append", "x=$y"}) == "qemu -name 'a b' -append 'x=$y'");
}

TEST_CASE("nearest: finds the word that was meant, and nothing far away", "[base]") {
  CHECK(nearest("creat", {"create", "cancel"}) == "create");
  CHECK(nearest("chekc", {"check", "create"}) == "check");
  CHECK(nearest("frobnicate", {"check", "create"}).empty());
}
