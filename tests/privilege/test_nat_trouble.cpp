// What a user has, and hears, where others have changed his private network or are in the way of it.

#include "privilege/nat_host.hpp"
#include "support/far_host.hpp"

#include <catch2/catch.hpp>

using namespace privilege_lab;
using lab::k_acue;
using lab::k_berta;
using lab::whole_snapshot;

TEST_CASE("nat: a user's cancel finds his network whose bridge somebody deleted or renamed", "[privilege]") {
  const std::string does =
      GENERATE(as<std::string>{}, "ip link delete vdenat5001", "ip link set vdenat5001 down name other");
  CAPTURE(does);
  const Host host;
  needs_nat();
  Host::set_policy("allow user acue bridge * tap,nat\n");
  const std::string before = whole_snapshot();
  REQUIRE(Host::vdeup(k_acue, {"create", "--uplink", "nat"}).status == 0);
  REQUIRE(Host::vdeup(k_acue, {"create", "-s", k_second, "--uplink", "nat"}).status == 0);
  const std::string both = lab::run({"pgrep", "-x", "dnsmasq"}).out;
  must(does);
  CHECK(Host::vdeup(k_berta, {"cancel"}).status == 0); // nothing of hers is there
  CHECK(lab::run({"pgrep", "-x", "dnsmasq"}).out == both);
  const auto cancelled = Host::vdeup(k_acue, {"cancel"});
  INFO(cancelled.out << cancelled.err);
  CHECK(cancelled.status == 0);
  CHECK(Host::vdeup(k_acue, {"check", "-s", k_second}).status == 0); // another switch's stays
  CHECK(Host::vdeup(k_acue, {"cancel", "-s", k_second}).status == 0);
  CHECK(whole_snapshot() == before);
}

TEST_CASE("nat: a user is told of all that is in the way, and of the commands for root", "[privilege]") {
  const Host host;
  needs_nat();
  const lab::FarHost far;
  Host::set_policy("allow user acue bridge * tap,nat\n");
  must("nft add table inet filter");
  must("nft add chain inet filter forward { type filter hook forward priority 0; policy drop; }");
  must("nft add chain inet filter input { type filter hook input priority 0; policy drop; }");
  const auto created = Host::vdeup(k_acue, {"create", "--uplink", "nat"});
  INFO(created.out << created.err);
  CHECK(has(created.err, "table inet filter drops what is forwarded, table inet filter drops what VMs ask"));
  const std::string begin = "hint: run as root: ";
  const std::size_t at = created.err.find(begin);
  REQUIRE(at != std::string::npos);
  const std::string commands = created.err.substr(at + begin.size());
  REQUIRE(lab::run({"sh", "-ec", commands.substr(0, commands.find('\n'))}).status == 0);
  const auto again = Host::vdeup(k_acue, {"create", "--uplink", "nat"});
  INFO(again.err);
  CHECK(again.err == "");
  CHECK(again.status == 0);
  CHECK(Host::vdeup(k_acue, {"cancel"}).status == 0);
}

TEST_CASE("nat: a user whose rules somebody has flushed hears of it, and create brings them back",
          "[privilege]") {
  const Host host;
  needs_nat();
  Host::set_policy("allow user acue bridge * tap,nat\n");
  const std::string before = lab::snapshot();
  REQUIRE(Host::vdeup(k_acue, {"create", "--uplink", "nat"}).status == 0);
  must("nft flush ruleset");
  const auto checked = Host::vdeup(k_acue, {"check"});
  INFO(checked.out << checked.err);
  CHECK(checked.status == 1);
  CHECK(has(checked.out, "the rules that masquerade bridge vdenat5001 are gone"));
  const auto mended = Host::vdeup(k_acue, {"create", "--uplink", "nat"});
  CHECK(mended.status == 0);
  CHECK(has(mended.out, "repaired"));
  CHECK(Host::vdeup(k_acue, {"check"}).status == 0);
  const std::string others = Host::talk(k_berta, k_hello + line("has-nat-rules vdenat5001 " + k_dir));
  CHECK(has(others, "its rules are gone")); // his are not there, and those of others are not told of
  CHECK(Host::vdeup(k_acue, {"cancel"}).status == 0);
  CHECK(lab::changes_since(before) == "");
}
