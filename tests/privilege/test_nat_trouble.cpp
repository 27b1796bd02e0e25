// What a user has, and hears, where others have changed his private network or are in the way of it.

#include "privilege/nat_host.hpp"
#include "support/catch.hpp"
#include "support/far_host.hpp"

#include <fmt/format.h>

#include <sstream>

using namespace privilege_lab;
using lab::k_acue;
using lab::k_berta;
using lab::whole_snapshot;

TEST_CASE("nat: a user's cancel finds his network whose bridge somebody deleted or renamed", "[privilege]") {
  const std::string does =
      GENERATE(as<std::string>{}, "ip link delete vdenat5001", "ip link set vdenat5001 down name other",
               "ip link delete vdenat5001; ip link add vdenat5001 type bridge");
  CAPTURE(does);
  const Host host;
  needs_nat();
  Host::set_policy("allow user acue bridge * tap,nat\n");
  const std::string before = whole_snapshot();
  REQUIRE(Host::vdeup(k_acue, {"create", "--uplink", "nat"}).status == 0);
  REQUIRE(Host::vdeup(k_acue, {"create", "-s", k_second, "--uplink", "nat"}).status == 0);
  const std::string both = lab::run({"pgrep", "-x", "dnsmasq"}).out;
  REQUIRE(lab::run({"sh", "-ec", does}).status == 0);
  CHECK(Host::vdeup(k_berta, {"cancel"}).status == 0); // nothing of hers is there
  CHECK(lab::run({"pgrep", "-x", "dnsmasq"}).out == both);
  const auto cancelled = Host::vdeup(k_acue, {"cancel"});
  INFO(cancelled.out << cancelled.err);
  CHECK(cancelled.status == 0);
  CHECK(Host::vdeup(k_acue, {"check", "-s", k_second}).status == 0); // another switch's stays
  CHECK(Host::vdeup(k_acue, {"cancel", "-s", k_second}).status == 0);
  if (has(does, "link add")) // which is not his
    must("ip link delete vdenat5001");
  CHECK(whole_snapshot() == before);
}

TEST_CASE("nat: what a user cannot clear away is there for the next call, his or root's", "[privilege]") {
  const Host host;
  needs_nat();
  Host::set_policy("allow user acue bridge * tap,nat\n");
  const std::string before = whole_snapshot();
  REQUIRE(Host::vdeup(k_acue, {"create", "--uplink", "nat"}).status == 0);
  must("ip link delete vdenat5001");
  must("mv " + Host::helper() + " " + Host::helper() + ".away");
  for (int call = 0; call < 2; ++call) {
    const auto cancelled = Host::vdeup(k_acue, {"cancel"});
    INFO(cancelled.err);
    CHECK(cancelled.status == 2);
    CHECK(has(cancelled.err, "take the private network from vdenat5001"));
    CHECK(has(cancelled.err, "hint: run `sudo vdeup cancel -u acue`"));
  }
  if (GENERATE(false, true))
    CHECK(lab::run_vdeup({"cancel", "-u", "acue"}).status == 0);
  else
    must("mv " + Host::helper() + ".away " + Host::helper());
  CHECK(Host::vdeup(k_acue, {"cancel"}).status == 0);
  CHECK(whole_snapshot() == before);
}

TEST_CASE("nat: a user is told of all that is in the way, and of the commands for root", "[privilege]") {
  const Host host;
  needs_nat();
  const lab::FarHost far;
  Host::set_policy("allow user acue bridge * tap,nat\n");
  const auto add_chain = [](const std::string& table, const std::string& hook) {
    must(fmt::format("nft add chain inet {} {} {{ type filter hook {} priority 0; policy drop; }}", table,
                     hook, hook));
  };
  must("nft add table inet filter");
  add_chain("filter", "forward");
  add_chain("filter", "input");
  const bool is_much = GENERATE(false, true);
  for (int i = 0; is_much && i < 8; ++i) {
    const std::string table = fmt::format("a_table_that_somebody_has_called_so_{}", i);
    must("nft add table inet " + table);
    add_chain(table, "forward");
  }
  const auto created = Host::vdeup(k_acue, {"create", "--uplink", "nat"});
  INFO(created.err);
  REQUIRE(created.status == 0);
  if (!is_much)
    CHECK(
        has(created.err, "table inet filter drops what is forwarded, table inet filter drops what VMs ask"));
  const std::string begin = "  hint: run as root: ";
  std::string commands;
  std::istringstream lines{created.err};
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(begin))
      commands += line.substr(begin.size()) + "\n";
  REQUIRE(lab::run({"sh", "-ec", commands}).status == 0);
  REQUIRE(Host::vdeup(k_acue, {"cancel"}).status == 0); // only who makes one is told
  const auto again = Host::vdeup(k_acue, {"create", "--uplink", "nat"});
  CHECK(again.status == 0);
  CHECK(again.err.empty());
  CHECK(Host::vdeup(k_acue, {"cancel"}).status == 0);
}

TEST_CASE("nat: a user is told each command whole, however long the names in it are", "[privilege]") {
  const Host host;
  needs_nat();
  const lab::FarHost far;
  Host::set_policy("allow user acue bridge * tap,nat\n");
  const std::string table(250, 't');
  const std::string chain(240, 'c');
  must("nft add table inet " + table);
  must(fmt::format("nft add chain inet {} {} {{ type filter hook forward priority 0; policy drop; }}", table,
                   chain));
  const auto created = Host::vdeup(k_acue, {"create", "--uplink", "nat"});
  INFO(created.err);
  CHECK(has(created.err, "drops what is forwarded"));
  const auto insert = [&](const std::string& rule) {
    return fmt::format("  hint: run as root: nft 'insert rule inet {} {} {} accept'\n", table, chain, rule);
  };
  CHECK(has(created.err, insert("iifname \"vdenat5001\"")));
  CHECK(has(created.err, insert("oifname \"vdenat5001\" ct state established,related")));
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
  CHECK(has(others, "no\n")); // his are not there, and those of others are not told of
  CHECK(Host::vdeup(k_acue, {"cancel"}).status == 0);
  CHECK(lab::changes_since(before) == "");
}
