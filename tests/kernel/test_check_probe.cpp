// The proof: frames from a port of the switch that arrive, and are answered.

#include "check_report.hpp"
#include "support/catch.hpp"
#include "support/lab.hpp"
#include "vde/console.hpp"

#include <filesystem>

using namespace lab;

namespace {

/// A host in a network namespace of its own, behind a cable into the bridge.
Running plug_in_neighbour() {
  Running neighbour{{"unshare", "--net", "sh", "-c", "echo there; exec sleep 600"}};
  REQUIRE(neighbour.wait_for("there"));
  const std::string pid = std::to_string(neighbour.pid());
  sh("ip link add out0 type veth peer name in0 netns " + pid + " && ip link set out0 master ctysbr0 up");
  sh("nsenter --net --target " + pid +
     " sh -c 'ip link set in0 address 52:54:00:99:99:99 up && ip address add 192.0.2.9/24 dev in0 &&"
     " ip address add 2001:db8::9/64 dev in0 nodad'");
  return neighbour;
}

std::string hash_table() {
  const auto deadline = vdeup::Deadline::after(std::chrono::seconds{3});
  auto console =
      vdeup::vde::Console::connect(vdeup::SocketPath::socket("/var/tmp/vde_mgmt0.root").value(), deadline);
  REQUIRE(console);
  REQUIRE(console.value());
  REQUIRE(console.value()->greet(deadline));
  const auto reply = console.value()->command("hash/print", deadline);
  REQUIRE(reply);
  std::string text;
  for (const std::string& line : reply.value().lines)
    text += line + "\n";
  return text;
}

} // namespace

TEST_CASE("check: a frame goes all the way, and the bridge answers for its own addresses", "[check]") {
  needs_others();
  sh("vdeup create && ip address add 192.0.2.1/24 dev ctysbr0 && ip address add 2001:db8::1/64 dev ctysbr0 "
     "nodad");
  settle();
  const auto seen = check();
  INFO(seen.done().out);
  CHECK(seen.status() == 0);
  const std::string shown = run({"ip", "-o", "link", "show", "ctysbr0"}).out;
  const std::string mac = shown.substr(shown.find("link/ether ") + 11, 17);
  CHECK(seen.says("ok: a frame from a port of the switch arrived at bridge ctysbr0\n"));
  CHECK(seen.says("ok: 192.0.2.1 answered from " + mac + ", the bridge\n"));
  CHECK(seen.says(" answered from " + mac +
                  ", the bridge\nok: VMs at /var/tmp/vde_switch0.root reach bridge ctysbr0\n"));
}

TEST_CASE("check: a neighbour behind a cable answers over IPv4 and IPv6", "[check]") {
  needs_others();
  sh("vdeup create");
  const Running neighbour = plug_in_neighbour();
  REQUIRE(eventually([] { return check({"--probe", "192.0.2.9"}).status() == 0; }));
  const auto seen = check({"--probe", "192.0.2.9", "--probe", "2001:db8::9"});
  INFO(seen.done().out);
  CHECK(seen.status() == 0);
  CHECK(seen.says("ok: 192.0.2.9 answered from 52:54:00:99:99:99\n"));
  CHECK(seen.says("ok: 2001:db8::9 answered from 52:54:00:99:99:99\n"));
  const auto json = run_vdeup({"check", "--json", "--probe", "192.0.2.9"});
  CHECK(json.out.find(R"({"address":"192.0.2.9","of_bridge":false,"mac":"52:54:00:99:99:99"})") !=
        std::string::npos);
}

TEST_CASE("check: an address that nobody has is a fault, found within seconds", "[check]") {
  needs_others();
  sh("vdeup create");
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string address : {"192.0.2.77", "2001:db8::77"}) {
    const auto seen = check({"--probe", address});
    INFO(seen.done().out);
    CHECK(seen.status() == 1);
    CHECK(seen.find("nobody answers for " + address + " on bridge ctysbr0") != nullptr);
  }
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{10});
}

TEST_CASE("check: an address to probe is a fault where no frame can be sent", "[check]") {
  needs_others();
  sh("vdeup create && ip link set ctysbr0 down");
  const auto seen = check({"--probe", "192.0.2.1"});
  CHECK(seen.status() == 1);
  REQUIRE(seen.find("no frame was sent for a proof") != nullptr);
  CHECK(seen.find("no frame was sent for a proof")->is_fault);
}

TEST_CASE("check: a filter that nobody can see from outside is found by the frame that it eats", "[check]") {
  needs_others();
  sh("vdeup create");
  sh("nft 'add table netdev mine; add chain netdev mine in { type filter hook ingress device tap0 priority "
     "0; policy "
     "drop; }'");
  const auto seen = check();
  INFO(seen.done().out);
  CHECK(seen.status() == 1);
  CHECK(seen.find("a frame from a port of the switch does not arrive at bridge ctysbr0") != nullptr);
  sh("nft delete table netdev mine");
  CHECK(check().status() == 0);
}

TEST_CASE("check: a bridge that gets the frames and does not answer is found", "[check]") {
  needs_others();
  sh("vdeup create && ip address add 192.0.2.1/24 dev ctysbr0");
  settle();
  sh("nft 'add table arp mine; add chain arp mine in { type filter hook input priority 0; policy drop; }'");
  const auto seen = check();
  INFO(seen.done().out);
  CHECK(seen.status() == 1);
  CHECK(seen.says("ok: a frame from a port of the switch arrived at bridge ctysbr0"));
  CHECK(seen.find("does not answer for its own 192.0.2.1") != nullptr);
  sh("nft delete table arp mine");
  CHECK(check().status() == 0);
}

TEST_CASE("check: a probe leaves ports, files and what the switch has learnt as they were", "[check]") {
  needs_others();
  sh("vdeup create && ip address replace 192.0.2.1/24 dev ctysbr0");
  settle();
  const std::string lock = "/var/tmp/vde_switch0.root.lock";
  SECTION("with the lock that create has left") {}
  SECTION("without a lock") {
    std::filesystem::remove(lock);
  }
  const std::string before = snapshot();
  for (int round = 0; round < 5; ++round)
    REQUIRE(check().status() == 0);
  CHECK(changes_since(before) == "");
  CHECK(run_vdeup({"ports"}).out.find("vdeup check") == std::string::npos);
  CHECK(hash_table().find("Addr: 02:") == std::string::npos);
}

TEST_CASE("check: who probes at the same time waits for each other, and all succeed", "[check]") {
  needs_others();
  sh("vdeup create");
  std::vector<Running> calls;
  constexpr int count = 10;
  for (int i = 0; i < count; ++i)
    calls.emplace_back(std::vector<std::string>{bin_directory() + "/vdeup", "check"});
  for (Running& call : calls) {
    const auto done = call.finish();
    INFO(done.out << done.err);
    CHECK(done.status == 0);
    CHECK(done.out.find("ok: a frame") != std::string::npos);
  }
  CHECK(run_vdeup({"ports"}).out.find("vdeup check") == std::string::npos);
}
