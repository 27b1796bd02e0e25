// create, cancel --bridge, undo and confirm.

#include "move/move_lab.hpp"

#include <signal.h>

#include <memory>

using namespace lab;
using namespace move_lab;
using Kind = vdeup::nicmove::RecordStore::Kind;

TEST_CASE("move: of several creates at once one moves the NIC, and all succeed", "[move]") {
  const Neighbourhood neighbourhood;
  give_everything();
  const std::string before = snapshot();
  std::vector<std::unique_ptr<Running>> creates;
  for (const char* user : {"root", "nobody", "daemon"})
    creates.push_back(std::make_unique<Running>(
        std::vector<std::string>{bin_directory() + "/vdeup", "create", "-u", user}));
  for (const auto& create : creates)
    check_success(create->finish());
  CHECK(has(run({"ip", "-o", "link", "show", "eth0"}).out, "master ctysbr0"));
  for (const char* user : {"nobody", "daemon"})
    check_success(run_vdeup({"cancel", "-u", user}));
  check_success(run_vdeup({"cancel", "--bridge"}));
  CHECK(changes_since(before) == "");
}

TEST_CASE("move: a dry run shows each step with its undo, and changes nothing", "[move]") {
  const Neighbourhood neighbourhood;
  give_everything();
  const std::string before = snapshot();
  const auto plan = run_vdeup({"create", "--dry-run"});
  CHECK(plan.status == 0);
  CHECK(has(plan.out, "make eth0 a port of ctysbr0, and wait until it sends\n    undo: take eth0 out"));
  CHECK(has(plan.out, "create TAP tap0"));
  CHECK_FALSE(has(plan.out, "set ctysbr0 up\ncreate TAP")); // of the bridge without a NIC
  CHECK(changes_since(before) == "");
  CHECK_FALSE(has_record(Kind::open));
  REQUIRE(run_vdeup({"create", "-X"}).status == 0);
  settle();
  const std::string created = snapshot();
  const auto back = run_vdeup({"cancel", "--bridge", "--dry-run"});
  CHECK(has(back.out, "delete TAP tap0"));
  CHECK(has(back.out, "take eth0 out of its bridge"));
  CHECK(changes_since(created) == "");
  check_success(run_vdeup({"cancel", "--bridge"}));
}

TEST_CASE("move: -i none makes a bridge without a NIC, and -b names the one with it", "[move]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  const std::string before = snapshot();
  REQUIRE(run_vdeup({"create", "-i", "none"}).status == 0);
  CHECK_FALSE(has(run({"ip", "-o", "link", "show", "eth0"}).out, "master"));
  check_success(run_vdeup({"cancel", "--bridge"}));
  REQUIRE(run_vdeup({"create", "-i", "eth0", "-b", "lan0"}).status == 0);
  CHECK(has(run({"ip", "-o", "link", "show", "eth0"}).out, "master lan0"));
  check_success(run_vdeup({"cancel", "--bridge"}));
  CHECK(changes_since(before) == "");
}

TEST_CASE("move: a NIC without any address goes in and comes back", "[move]") {
  const Neighbourhood neighbourhood;
  const std::string before = snapshot();
  check_success(run_vdeup({"create", "-i", "eth0"}));
  check_success(run_vdeup({"cancel", "--bridge"}));
  CHECK(changes_since(before) == "");
}

TEST_CASE("move: a NIC with an address that is down goes in, and is up then", "[move]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  ip("link set eth0 down");
  check_success(run_vdeup({"create", "-i", "eth0"}));
  CHECK(is_reachable(neighbourhood.gateway, "10.1.0.2"));
  check_success(run_vdeup({"cancel", "--bridge"}));
  CHECK(is_reachable(neighbourhood.gateway, "10.1.0.2"));
}

TEST_CASE("move: a bridge with a port of somebody else stays, and that is what is said", "[move]") {
  const Neighbourhood neighbourhood;
  give_everything();
  const std::string before = snapshot();
  check_success(run_vdeup({"create"}));
  ip("link add foreign type veth peer name beyond");
  ip("link set foreign master ctysbr0"); // and down
  const auto cancelled = run_vdeup({"cancel", "--bridge"});
  CHECK(cancelled.status == 1);
  CHECK(has(cancelled.err, "foreign is still a port of it"));
  check_success(run_vdeup({"cancel"}));
  const auto undone = run_vdeup({"undo"});
  CHECK(undone.status == 1);
  CHECK(has(undone.err, "cannot move what ctysbr0 has: foreign is still a port of it"));
  ip("link delete foreign");
  check_success(run_vdeup({"cancel", "--bridge"}));
  CHECK(changes_since(before) == "");
}

TEST_CASE("move: what changes while the proof is prepared is not left behind", "[move]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  neighbourhood.gateway.ip("address flush dev lan"); // so that asking takes its time
  Running create{{"sh", "-c", "exec \"$0\" create -f 2>&1", bin_directory() + "/vdeup"}};
  REQUIRE(create.wait_for("is one end of a veth")); // a note, which comes before the asking
  ip("address add 10.1.0.9/24 dev eth0");
  const auto refused = create.finish();
  CHECK(refused.status == 1);
  CHECK(has(refused.out, "+ address 10.1.0.9/24"));
  CHECK(run({"ip", "link", "show", "ctysbr0"}).status == 1);
  check_success(run_vdeup({"create", "-f"})); // with all that it has by now
  CHECK(has(run({"ip", "address", "show", "ctysbr0"}).out, "10.1.0.9/24"));
  check_success(run_vdeup({"cancel", "--bridge", "-f"}));
}

TEST_CASE("move: what somebody gave a NIC that is a port does not keep it in", "[move]") {
  const Neighbourhood neighbourhood;
  give_everything();
  check_success(run_vdeup({"create"}));
  ip("address add 10.1.0.9/24 dev eth0"); // as a DHCP client does that was not told
  ip("address add 10.7.0.9/24 dev eth0");
  ip("route append default via 10.1.0.1 dev eth0");
  ip("neighbour add 10.1.0.99 lladdr 02:00:00:00:00:99 dev eth0");
  ip("-6 address add 2001:db8:1::9/64 dev eth0 nodad");
  check_success(run_vdeup({"cancel", "--bridge"}));
  CHECK(is_reachable(neighbourhood.far_host, "10.1.0.2"));
  CHECK(is_reachable(neighbourhood.far_host, "2001:db8:1::2"));
  const std::string addresses = run({"ip", "address", "show", "eth0"}).out;
  for (const char* address : {"10.1.0.2/24", "10.1.0.3/24", "10.1.0.9/24", "10.7.0.9/24", "2001:db8:1::9/64"})
    CHECK(has(addresses, address));
}

TEST_CASE("move: undo takes the last move back, as long as all is as it was made", "[move]") {
  const Neighbourhood neighbourhood;
  give_everything();
  const std::string before = snapshot();
  REQUIRE(run_vdeup({"create"}).status == 0);
  const auto used = run_vdeup({"undo"});
  CHECK(used.status == 1);
  CHECK(has(used.err, "tap0 is still a port of it"));
  CHECK(has(used.err, "`vdeup cancel`"));
  REQUIRE(run_vdeup({"cancel"}).status == 0);
  ip("address add 10.1.0.9/24 dev ctysbr0");
  const auto changed = run_vdeup({"undo"});
  CHECK(changed.status == 1);
  CHECK(has(changed.err, "ctysbr0 has changed since"));
  CHECK(has(changed.err, "+ address 10.1.0.9/24"));
  SECTION("with -f it goes back with what has changed") {
    check_success(run_vdeup({"undo", "-f"}));
    CHECK(has(run({"ip", "-4", "address", "show", "eth0"}).out, "10.1.0.9/24"));
    ip("address delete 10.1.0.9/24 dev eth0");
  }
  SECTION("when the change is gone it does without") {
    ip("address delete 10.1.0.9/24 dev ctysbr0");
    check_success(run_vdeup({"undo"}));
  }
  CHECK(changes_since(before) == "");
  const auto nothing = run_vdeup({"undo"});
  CHECK(nothing.status == 2);
  CHECK(has(nothing.err, "no move of a NIC is on record"));
}

TEST_CASE("move: undo after cancel --bridge puts the NIC in again", "[move]") {
  const Neighbourhood neighbourhood;
  give_everything();
  const std::string before = snapshot();
  REQUIRE(run_vdeup({"create"}).status == 0);
  REQUIRE(run_vdeup({"cancel", "--bridge"}).status == 0);
  check_success(run_vdeup({"undo"}));
  CHECK(has(run({"ip", "-o", "link", "show", "eth0"}).out, "master ctysbr0"));
  check_success(run_vdeup({"cancel", "--bridge"}));
  CHECK(changes_since(before) == "");
}

TEST_CASE("move: when the rest of create fails, the NIC is given back", "[move]") {
  const Neighbourhood neighbourhood;
  give_everything();
  const std::string before = snapshot();
  const std::string program = run({"sh", "-c", "command -v vde_switch"}).out;
  REQUIRE(run({"mount", "--bind", "/bin/false", program.substr(0, program.find('\n'))}).status == 0);
  const auto failed = run_vdeup({"create"});
  CHECK(failed.status == 1);
  INFO(failed.err);
  CHECK(has(failed.err, "vde_switch"));
  CHECK(changes_since(before) == "");
}

TEST_CASE("move: what is printed to keep it is written nowhere", "[move]") {
  const Neighbourhood neighbourhood;
  give_everything();
  const std::string before = snapshot();
  const auto printed = run_vdeup({"create", "--persist"});
  CHECK(printed.status == 0);
  CHECK(has(printed.out, "# /etc/systemd/network/05-ctysbr0.netdev\n[NetDev]\nName=ctysbr0\nKind=bridge\n"));
  CHECK(has(printed.out, "Address=10.1.0.3/24\n"));
  CHECK(has(printed.err, "systemd-networkd"));
  const auto json = run_vdeup({"create", "--persist", "--json"});
  CHECK(has(json.out, R"("tool":"systemd-networkd")"));
  CHECK(changes_since(before) == "");
}

TEST_CASE("move: confirm keeps what waits for it, from wherever it is called", "[move]") {
  const Neighbourhood neighbourhood;
  give_everything();
  const std::string before = snapshot();
  SECTION("confirmed") {
    Running create{{bin_directory() + "/vdeup", "create", "--confirm", "30"}};
    REQUIRE(eventually([] { return run_vdeup({"confirm"}).status == 0; }));
    check_success(create.finish());
    CHECK(has(run({"ip", "-o", "link", "show", "eth0"}).out, "master ctysbr0"));
    check_success(run_vdeup({"cancel", "--bridge"}));
  }
  SECTION("not confirmed") {
    const auto expired = run_vdeup({"create", "--confirm", "1"});
    CHECK(expired.status == 1);
    CHECK(has(expired.err, "no `vdeup confirm` came within 1 s"));
    const auto late = run_vdeup({"confirm"});
    CHECK(late.status == 2);
    CHECK(has(late.err, "no move of a NIC waits for it"));
  }
  SECTION("confirmed after the login was cut off") {
    Running create{{"sh", "-c", "exec " + bin_directory() + "/vdeup create --confirm 30 2>&1"}};
    REQUIRE(create.wait_for("`vdeup confirm`"));
    create.signal(SIGHUP); // as sshd's end comes to its shells
    REQUIRE(eventually([] { return run_vdeup({"confirm"}).status == 0; }));
    CHECK(create.finish().status == 128 + SIGHUP); // once all is done
    check_success(run_vdeup({"cancel", "--bridge"}));
  }
  SECTION("interrupted") {
    Running create{{bin_directory() + "/vdeup", "create", "--confirm", "30"}};
    REQUIRE(eventually([] { return has(run({"ip", "-o", "link"}).out, "master ctysbr0"); }));
    create.signal(SIGINT);
    CHECK(create.finish().status == 128 + SIGINT);
  }
  SECTION("undone") {
    Running create{{bin_directory() + "/vdeup", "create", "--confirm", "30"}};
    REQUIRE(eventually([] { return run_vdeup({"undo"}).status == 0; }));
    CHECK(create.finish().status == 1);
  }
  wait_for_watchdogs();
  CHECK(changes_since(before) == "");
}

TEST_CASE("move: a NIC that was moved for nothing goes back without a confirmation", "[move]") {
  const Neighbourhood neighbourhood;
  give_everything();
  const std::string before = snapshot();
  REQUIRE(run({"sh", "-c", "mkdir /run/bin && ln -s /bin/false /run/bin/vde_switch"}).status == 0);
  Running create{{"sh", "-c",
                  "PATH=/run/bin:$PATH exec " + bin_directory() + "/vdeup create --confirm 600 2>/run/said"}};
  REQUIRE(eventually([] { return run_vdeup({"confirm"}).status == 0; }));
  CHECK(create.finish().status == 1);
  CHECK(run({"grep", "-c", "vdeup confirm", "/run/said"}).out == "1\n");
  check_success(run_vdeup({"cancel"}));
  CHECK(run({"rm", "-r", "/run/bin"}).status == 0);
  CHECK(changes_since(before) == "");
}

TEST_CASE("move: undo that comes while a move is under way takes it back as soon as it waits", "[move]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  ip("route replace default via 10.1.0.99"); // nobody: to learn that takes two seconds, under the lock
  const std::string before = snapshot();
  Running create{{bin_directory() + "/vdeup", "create", "-f", "--confirm", "30"}};
  REQUIRE(eventually(is_moving));
  const auto began = std::chrono::steady_clock::now();
  const auto undone = run_vdeup({"undo"});
  CHECK(undone.status == 0);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds{15});
  CHECK(create.finish().status == 1);
  CHECK(changes_since(before) == "");
}
