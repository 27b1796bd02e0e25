// NICs of the host, moved for an ordinary user by the part of the helper that stays root's: for whom the
// policy allows it, and what it refuses.

#include "privilege/nic_host.hpp"

using namespace privilege_lab;
using lab::k_acue;
using lab::k_berta;

TEST_CASE("nic: an allowed user's create moves the NIC through sudo, and cancel gives it back",
          "[privilege]") {
  const Capability capability = GENERATE(Capability::none, Capability::given);
  const NicHost lab{capability};
  const std::string before = lab::snapshot();
  const auto created = Host::vdeup(k_acue, {"create"});
  INFO(created.out << created.err);
  REQUIRE(created.status == 0);
  CHECK(is_port("eth0", "ctysbr0"));
  CHECK(has(created.err, "eth0 is in it: the default route leads out of it"));
  CHECK(has(lab::run({"ip", "address", "show", "ctysbr0"}).out, "10.1.0.3/24"));
  CHECK(is_port("tap0", "ctysbr0"));
  CHECK(Host::vdeup(k_acue, {"create"}).status == 0);
  const auto cancelled = Host::vdeup(k_acue, {"cancel", "--bridge"});
  INFO(cancelled.out << cancelled.err);
  CHECK(cancelled.status == 0);
  CHECK(has(cancelled.out, "give what ctysbr0 had back to eth0, and delete ctysbr0"));
  CHECK(lab::changes_since(before) == "");
  CHECK(lab::eventually(is_quiet));
}

TEST_CASE("nic: undo takes the move back, and confirm keeps one that waits", "[privilege]") {
  const NicHost lab;
  const std::string before = lab::snapshot();
  REQUIRE(Host::vdeup(k_acue, {"create"}).status == 0);
  REQUIRE(Host::vdeup(k_acue, {"cancel"}).status == 0);
  const auto undone = Host::vdeup(k_acue, {"undo"});
  INFO(undone.err);
  CHECK(undone.status == 0);
  CHECK(undone.out == "eth0 has what ctysbr0 had\n");
  CHECK(lab::changes_since(before) == "");
  CHECK(Host::vdeup(k_acue, {"undo"}).status == 2); // nothing is on record

  lab::Running waiting = start_script("exec \"$0\" create --confirm 60 2>&1");
  REQUIRE(waiting.wait_for("run `vdeup confirm` within 60 s"));
  const auto foreign = Host::vdeup(k_berta, {"confirm"}); // who may not have made it
  CHECK(foreign.status == 1);
  CHECK(has(foreign.err, "allows 'nic' on ctysbr0 to berta"));
  CHECK(Host::vdeup(k_berta, {"undo"}).status == 1);
  CHECK(has_record(Kind::open));
  CHECK(Host::vdeup(k_acue, {"confirm"}).status == 0);
  CHECK(waiting.finish().status == 0);
  CHECK(has_record(Kind::kept));
  CHECK(Host::vdeup(k_acue, {"cancel", "--bridge"}).status == 0);
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("nic: what is not confirmed goes back, also when the user says no", "[privilege]") {
  const NicHost lab;
  const std::string before = lab::snapshot();
  const auto expired = Host::vdeup(k_acue, {"create", "--confirm", "1"});
  INFO(expired.err);
  CHECK(expired.status == 1);
  CHECK(has(expired.err, "no `vdeup confirm` came within 1 s"));
  CHECK(lab::changes_since(before) == "");
  lab::Running waiting = start_script("exec \"$0\" create --confirm 60 2>&1");
  REQUIRE(waiting.wait_for("run `vdeup confirm` within 60 s"));
  CHECK(Host::vdeup(k_acue, {"undo"}).status == 0);
  CHECK(waiting.finish().status == 1);
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("nic: who may not is told the line, and what he can have", "[privilege]") {
  const NicHost lab;
  const std::string before = lab::snapshot();
  const auto refused = Host::vdeup(k_berta, {"create"});
  INFO(refused.err);
  CHECK(refused.status == 1);
  CHECK(has(refused.err, "no line of /etc/vdeup/policy.conf allows 'nic' on ctysbr0 to berta"));
  CHECK(has(refused.err, "hint: `-i none` makes the bridge without a NIC"));
  CHECK(lab::changes_since(before) == "");
  CHECK(Host::vdeup(k_berta, {"create", "-i", "none"}).status == 0);
  CHECK_FALSE(is_port("eth0", "ctysbr0"));
  CHECK(Host::vdeup(k_berta, {"cancel", "--bridge"}).status == 0);
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("nic: a file capability is not enough, and the methods that are get named", "[privilege]") {
  const NicHost lab{Capability::given};
  const std::string before = lab::snapshot();
  const auto refused = Host::vdeup(k_acue, {"-Z", "NOSUDO", "create"});
  INFO(refused.err);
  CHECK(refused.status == 2);
  CHECK(has(refused.err,
            "cannot move eth0 into ctysbr0: this takes root, and no way to gain privileges worked"));
  CHECK(has(refused.err, "sudo (-Z NOSUDO excludes it)"));
  CHECK(has(refused.err, "hint: run `sudo vdeup create -u acue`"));
  const std::string said =
      Host::talk(k_acue, k_hello + line("move-nic-in ctysbr0 eth0" + k_gently) +
                             line("undo-nic-move" + k_gently) + line("confirm-nic-move"));
  INFO(said);
  CHECK(lab::count(said, "error") == 3);
  CHECK(has(said, "vdeup-helper has been started with a capability alone"));
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("nic: only root insists, and guards what others depend on", "[privilege]") {
  const NicHost lab;
  const std::string before = lab::snapshot();
  needs("nft");
  must("nft add table inet filter");
  must("nft add chain inet filter input { type filter hook input priority 0; }");
  must("nft add rule inet filter input iifname eth0 tcp dport 22 accept");
  const auto filtered = Host::vdeup(k_acue, {"create"});
  INFO(filtered.err);
  CHECK(filtered.status == 1);
  CHECK(has(filtered.err, "the firewall has rules for eth0 that would not hold"));
  const auto insisted = Host::vdeup(k_acue, {"create", "-f"}); // which is for his own devices
  CHECK(insisted.status == 1);
  CHECK(has(insisted.err, "for a NIC only root can use -f"));
  must("nft delete table inet filter");
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("nic: requests that the policy does not cover change nothing", "[privilege]") {
  const NicHost lab;
  lab::ip("link add other type bridge");
  lab::ip("link add port type veth peer name beyond");
  lab::ip("link set port master other");
  const std::string before = lab::snapshot();
  const auto check_refused = [&](const lab::User& user, const std::string& words, const std::string& reason) {
    const std::string said = talk_by_sudo(user, k_hello + line(words));
    INFO(words << "\n" << said);
    CHECK(lab::count(said, "error") == 1);
    CHECK(has(said, reason));
    CHECK(lab::changes_since(before) == "");
  };
  check_refused(k_acue, "move-nic-in other eth0" + k_gently, "allows 'nic' on other to acue");
  check_refused(k_acue, "move-nic-in ctysbr0 port" + k_gently, "it is a port of other");
  check_refused(k_acue, "move-nic-in ctysbr0 other" + k_gently, "it is a bridge itself");
  check_refused(k_acue, "move-nic-in ctysbr0 lo" + k_gently, "it is the loopback interface");
  check_refused(k_acue, "move-nic-in ctysbr0 nothing" + k_gently, "there is no such interface");
  check_refused(k_acue, "move-nic-out other" + k_gently + " made", "allows 'nic' on other to acue");
  check_refused(k_acue, "move-nic-out ctysbr0" + k_gently + " made", "ctysbr0 is gone");
  check_refused(k_acue, "move-nic-in ctysbr0 eth0 1 0 10 -", "only root can insist");
  check_refused(k_acue, "move-nic-in ctysbr0 eth0 0 0 61 -", "only root can have it take longer than 60 s");
  check_refused(k_acue, "move-nic-in ctysbr0 eth0 0 0 10 601", "or 600 s to be confirmed");
  check_refused(k_berta, "move-nic-in ctysbr7 eth0" + k_gently, "allows 'bridge' on ctysbr7 to berta");
  for (const char* words :
       {"move-nic-in ctysbr0 eth0 0 0 10", "move-nic-in ctysbr0 eth0 0 1 10 -",
        "move-nic-in ctysbr0 eth0 0 1 ping 10.1.0.1 0 10 -", "move-nic-in ctysbr0 eth0 0 0 99999999 -",
        "move-nic-in ctysbr0 eth0 0 0 10 99999999", "move-nic-in ctysbr0 eth0 2 0 10 -",
        "move-nic-out ctysbr0 0 0 10 - again", "confirm-nic-move now",
        "move-nic-in ctysbr0 ../eth0 0 0 10 -"})
    check_refused(k_acue, words, "is not of the form");
}

TEST_CASE("nic: a bridge that somebody else is on, or has made, is not taken away", "[privilege]") {
  const NicHost lab;
  REQUIRE(Host::vdeup(k_acue, {"create"}).status == 0);
  REQUIRE(Host::vdeup(k_berta, {"create"}).status == 0);
  lab::settle();
  const std::string shared = lab::snapshot();
  const std::string said = talk_by_sudo(k_acue, k_hello + line("move-nic-out ctysbr0" + k_gently + " made") +
                                                    line("move-nic-out ctysbr0" + k_gently + " rehearsed") +
                                                    line("undo-nic-move" + k_gently));
  INFO(said);
  CHECK(lab::count(said, "error") == 3);
  CHECK(lab::changes_since(shared) == "");
  REQUIRE(Host::vdeup(k_berta, {"cancel"}).status == 0);
  REQUIRE(Host::vdeup(k_acue, {"cancel", "--bridge"}).status == 0);
  lab::ip("link add ctysbr0 type bridge");
  lab::ip("link set eth0 master ctysbr0");
  const std::string foreign =
      talk_by_sudo(k_acue, k_hello + line("move-nic-out ctysbr0" + k_gently + " made"));
  CHECK(has(foreign, "ctysbr0 is no bridge that vdeup has made"));
  must("ip link delete ctysbr0");
  REQUIRE(Host::vdeup(k_acue, {"create"}).status == 0);
  REQUIRE(Host::vdeup(k_acue, {"cancel"}).status == 0);
  must("ip link set ctysbr0 alias administrator"); // who has made it his own
  lab::settle();
  const std::string his = lab::snapshot();
  const auto undone = Host::vdeup(k_acue, {"undo"});
  CHECK(undone.status == 1);
  CHECK(has(undone.err, "ctysbr0 is no bridge that vdeup has made"));
  CHECK(lab::changes_since(his) == "");
  CHECK(is_port("eth0", "ctysbr0"));
}

TEST_CASE("nic: to undo makes no bridge that the caller could not have made", "[privilege]") {
  const NicHost lab;
  Host::set_policy("allow user acue bridge * bridge,nic\n");
  REQUIRE(lab::run_vdeup({"create", "-b", "lan0"}).status == 0);
  REQUIRE(lab::run_vdeup({"cancel", "--bridge", "-b", "lan0"}).status == 0);
  const std::string before = lab::snapshot();
  const auto undone = Host::vdeup(k_acue, {"undo"});
  INFO(undone.err);
  CHECK(undone.status == 1);
  CHECK(has(undone.err, "to make lan0, a line has to name it"));
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("nic: of two users who create at once one has the NIC moved, and both succeed", "[privilege]") {
  const NicHost lab;
  Host::set_policy("allow all bridge ctysbr0 tap,bridge,nic\n");
  const std::string before = lab::snapshot();
  const auto create = [](const lab::User& user) {
    return lab::Running{{std::string{k_prefix} + "/bin/vdeup", "create"},
                        {.user = user, .environment = {"HOME=" + lab::home_of(user)}}};
  };
  lab::Running acue = create(k_acue);
  lab::Running berta = create(k_berta);
  for (lab::Running* each : {&acue, &berta}) {
    const auto done = each->finish();
    INFO(done.err);
    CHECK(done.status == 0);
  }
  CHECK(is_port("eth0", "ctysbr0"));
  CHECK(Host::vdeup(k_acue, {"cancel"}).status == 0);
  CHECK(Host::vdeup(k_berta, {"cancel", "--bridge"}).status == 0); // whoever has moved it
  CHECK(lab::changes_since(before) == "");
}
