#include "cli/log_level.hpp"
#include "cli/option_values.hpp"
#include "support/catch.hpp"

using namespace vdeup;
using namespace vdeup::cli;
using Choice = ElevationOptions::Choice;

TEST_CASE("values: -d is a number, or the syntax of the old tool", "[cli]") {
  struct Level {
    const char* text;
    LogLevel level;
  };
  const auto wanted = GENERATE(values<Level>({{"0", LogLevel::info},
                                              {"1", LogLevel::debug},
                                              {"2", LogLevel::trace},
                                              {"99", LogLevel::trace},
                                              {"ALL", LogLevel::trace},
                                              {"all,MAX", LogLevel::trace},
                                              {"0,w:3,i:3", LogLevel::debug},
                                              {"0,WARNING:3", LogLevel::debug},
                                              {"0,I:0", LogLevel::warning},
                                              {"0,i:1", LogLevel::warning},
                                              {"0,I:0,W:0", LogLevel::error},
                                              {"0,PFIN", LogLevel::debug},
                                              {"PF:2", LogLevel::debug},
                                              {"1,S:255,PATTERN", LogLevel::debug},
                                              {"1,F:a.sh%b.shINCLUDE", LogLevel::debug}}));
  CAPTURE(wanted.text);
  const auto level = parse_log_level(wanted.text);
  REQUIRE(level);
  CHECK(level.value() == wanted.level);
}

TEST_CASE("values: the part of -d that is not understood is named", "[cli]") {
  for (const char* wrong : {"x", "-1", "1,", "1,,2", "2#1010", "W:", "1,W:x", "Q:1", "4294967296"}) {
    CAPTURE(wrong);
    const auto level = parse_log_level(wrong);
    REQUIRE_FALSE(level);
    CHECK(level.error().kind() == ErrorKind::usage);
  }
  CHECK(parse_log_level("1,Q:2").error().what().find("'Q:2'") != std::string::npos);
}

TEST_CASE("values: -Z takes words in any letter case, and a NO wins", "[cli]") {
  CHECK(parse_privilege("sudo").value().sudo == Choice::yes);
  CHECK(parse_privilege("sudo").value().ksu == Choice::unset);
  CHECK(parse_privilege("NOSUDO,SUDO").value().sudo == Choice::no);
  CHECK(parse_privilege("all NOKSU").value().ksu == Choice::no);
  CHECK(parse_privilege("all NOKSU").value().sudo == Choice::yes);
  CHECK(parse_privilege(",KSU,").value().ksu == Choice::yes);
}

TEST_CASE("values: what is no word of -Z is named, a part of one included", "[cli]") {
  for (const char* wrong : {"", ",", "listall", "SUDOER", "SUDO;KSU"}) {
    CAPTURE(wrong);
    REQUIRE_FALSE(parse_privilege(wrong));
    CHECK(parse_privilege(wrong).error().kind() == ErrorKind::usage);
  }
  CHECK(parse_privilege("SODO").error().hints().text() == "did you mean 'SUDO'?");
}

TEST_CASE("values: the hosts of -r are separated by blanks or commas, but not inside parentheses", "[cli]") {
  using Hosts = std::vector<std::string>;
  CHECK(parse_hosts("root@host1 host2,host3").value() == Hosts{"root@host1", "host2", "host3"});
  CHECK(parse_hosts("host1(-Z ksu) host2:22").value() == Hosts{"host1(-Z ksu)", "host2:22"});
  CHECK(parse_hosts("host1'(-Z ksu, -d 1)'").value() == Hosts{"host1'(-Z ksu, -d 1)'"});
  CHECK(parse_hosts("(-d 1) host1").value() == Hosts{"(-d 1)", "host1"});
  CHECK(parse_hosts(" , host1 ,").value() == Hosts{"host1"});
}

TEST_CASE("values: no host of -r is an option of another program, or breaks a line", "[cli]") {
  for (const char* wrong : {"", " ", "-oProxyCommand=x", "root@-x", "@host", "root@", "host(", "host)",
                            "ho\nst", "host(\x1b[2J)"}) {
    CAPTURE(wrong);
    const auto hosts = parse_hosts(wrong);
    REQUIRE_FALSE(hosts);
    CHECK(hosts.error().kind() == ErrorKind::usage);
  }
}

TEST_CASE("values: -l takes a user's name and nothing else", "[cli]") {
  CHECK(parse_remote_user("acue").value() == "acue");
  CHECK(parse_remote_user("jane.doe").value() == "jane.doe");
  for (const char* wrong : {"", "-x", "a b", "a@b", "a/b", "a\n"})
    CHECK_FALSE(parse_remote_user(wrong));
}
