// Private networks after a firewall has flushed all rules of the host, and with them theirs.

#include "nat/commands.hpp"

using namespace nat_commands;
using namespace nat_guests;
using lab::FarHost;
using lab::run_vdeup;

TEST_CASE("nat: who flushes all rules is told of by check, and the next create has them again", "[nat]") {
  needs_lab();
  FarHost far;
  const std::string before = lab::snapshot();
  must(vdeup({"create", "--uplink", "nat"}));
  must_run("nft flush ruleset");
  const auto checked = vdeup({"check"});
  CHECK(checked.status == 1);
  CHECK(has(checked.out, "the rules that masquerade bridge vdenat65534 are gone"));
  const bool is_mended = GENERATE(true, false); // or given up at once
  if (is_mended) {
    must(vdeup({"create", "--uplink", "nat"}));
    Guest web{k_switch, "web"};
    REQUIRE(!web.ask_for_address().empty());
    CHECK(lab::eventually([&] { return web.reaches(FarHost::k_address); }));
  }
  must(vdeup({"cancel"}));
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("nat: what was before is forgotten when it is there again, also by a network that lost its rules",
          "[nat]") {
  needs_lab();
  FarHost far;
  must(vdeup({"create", "--uplink", "nat"}));
  must(run_vdeup({"create", "--uplink", "nat", "-u", "daemon"}));
  must_run("nft flush ruleset");
  must(run_vdeup({"create", "--uplink", "nat", "-u", "daemon"}));
  must(run_vdeup({"cancel", "-u", "daemon"})); // the last with rules: the kernel forwards no more
  must_run("test $(cat /proc/sys/net/ipv4/ip_forward) = 0");
  must_run("echo 1 > /proc/sys/net/ipv4/ip_forward"); // somebody else wants it
  const bool is_mended = GENERATE(true, false);
  if (is_mended)
    must(vdeup({"create", "--uplink", "nat"}));
  must(vdeup({"cancel"}));
  must_run("test $(cat /proc/sys/net/ipv4/ip_forward) = 1");
  must_run("echo 0 > /proc/sys/net/ipv4/ip_forward");
}

TEST_CASE("nat: after all rules were flushed, the last of two networks to go has the kernel forward no more",
          "[nat]") {
  needs_lab();
  FarHost far;
  const std::string before = lab::snapshot();
  must(vdeup({"create", "--uplink", "nat"}));
  must(run_vdeup({"create", "--uplink", "nat", "-u", "daemon"}));
  must_run("nft flush ruleset");
  const bool is_one_mended = GENERATE(true, false);
  if (is_one_mended)
    must(run_vdeup({"create", "--uplink", "nat", "-u", "daemon"}));
  must(vdeup({"cancel"}));
  must_run("test $(cat /proc/sys/net/ipv4/ip_forward) = 1");
  must(run_vdeup({"cancel", "-u", "daemon"}));
  CHECK(lab::changes_since(before) == "");
}
