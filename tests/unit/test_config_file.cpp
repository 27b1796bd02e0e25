#include "config/config_file.hpp"
#include "support/catch.hpp"

using namespace vdeup;
using namespace vdeup::config;

namespace {

Result<FileSettings> parse(std::string_view text) {
  return parse_config(text, "/etc/x.conf");
}

} // namespace

TEST_CASE("config file: each key has its place, blanks do not count", "[config]") {
  const auto settings = parse("socket-base = /base\nsocket=/a/%u\n\t mgmt =  /b \r\nbridge = br0\n"
                              "share = lab\ndebug = 1,w:3\n");
  REQUIRE(settings);
  CHECK(settings.value().socket_base == "/base");
  CHECK(settings.value().socket == "/a/%u");
  CHECK(settings.value().mgmt == "/b");
  CHECK(settings.value().bridge == "br0");
  CHECK(settings.value().share == "lab");
  CHECK(settings.value().debug == "1,w:3");
}

TEST_CASE("config file: comments and blank lines say nothing, a value can have # and =", "[config]") {
  const auto settings = parse("# bridge = br0\n\n   # x\nsocket = /a=b # c");
  REQUIRE(settings);
  CHECK_FALSE(settings.value().bridge);
  CHECK(settings.value().socket == "/a=b # c");
  CHECK_FALSE(parse("").value().socket);
}

TEST_CASE("config file: a bad line is named by number, and is the caller's to mend", "[config]") {
  struct Bad {
    const char* text;
    const char* cause;
  };
  const auto bad = GENERATE(values<Bad>({{"\n\nbridge", "has no '='"},
                                         {"\n\nbrigde = br0", "no setting 'brigde'"},
                                         {"\n\nBRIDGE = br0", "no setting 'BRIDGE'"},
                                         {"\n\nbridge =", "has no value"},
                                         {"bridge = a\n\nbridge = b", "earlier line"},
                                         {"\n\n= br0", "no setting ''"},
                                         {"\n\n\x1b[2J = x", "\\x1b[2J"}}));
  CAPTURE(bad.text);
  const auto settings = parse(bad.text);
  REQUIRE_FALSE(settings);
  CHECK(settings.error().kind() == ErrorKind::usage);
  CHECK(settings.error().what() == "cannot use line 3 of /etc/x.conf");
  CHECK(settings.error().cause().find(bad.cause) != std::string::npos);
}

TEST_CASE("config file: what one file says, the weaker one does not", "[config]") {
  const auto sum = parse("bridge = br0\n").value().over(parse("bridge = br1\nshare = lab\n").value());
  CHECK(sum.bridge == "br0");
  CHECK(sum.share == "lab");
  CHECK_FALSE(sum.socket);
}

TEST_CASE("config file: %u and %U are the owner, %% is a percent sign", "[config]") {
  CHECK(expand("/run/%u/%U/%%u", "acue", 5001).value() == "/run/acue/5001/%u");
  CHECK(expand("/plain", "acue", 5001).value() == "/plain");
  CHECK(expand("/%u", "%U", 5001).value() == "/%U"); // what was put in is not read again
  for (const char* wrong : {"/%x", "/%", "/a%"}) {
    CAPTURE(wrong);
    const auto path = expand(wrong, "acue", 5001);
    REQUIRE_FALSE(path);
    CHECK(path.error().kind() == ErrorKind::usage);
    CHECK(path.error().what().find(wrong) != std::string::npos);
  }
}

TEST_CASE("config file: a path has a place for the owner, or is one for all", "[config]") {
  CHECK(names_owner("/run/%u"));
  CHECK(names_owner("%U/x"));
  CHECK(names_owner("%%%u"));
  CHECK_FALSE(names_owner("/run/%%u"));
  CHECK_FALSE(names_owner("/run/u"));
  CHECK_FALSE(names_owner("/run/%"));
}
