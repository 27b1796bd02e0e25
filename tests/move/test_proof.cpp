// A move is kept only if those who answered before answer after it.

#include "move/move_lab.hpp"

using namespace lab;
using namespace move_lab;

namespace {

std::vector<std::string> at(const NetworkNamespace& where, std::vector<std::string> line) {
  std::vector<std::string> words{"nsenter", "--net=/proc/" + std::to_string(where.pid()) + "/ns/net"};
  words.insert(words.end(), line.begin(), line.end());
  return words;
}

} // namespace

TEST_CASE("proof: a gateway that was silent before is no proof, and -f goes on without it", "[move]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  ip("route replace default via 10.1.0.99"); // nobody
  const std::string before = snapshot();
  const auto refused = run_vdeup({"create"});
  CHECK(refused.status == 1);
  CHECK(has(refused.err, "no answer from the gateway 10.1.0.99"));
  CHECK(changes_since(before) == "");
  const auto forced = run_vdeup({"create", "-f"});
  CHECK(forced.status == 0);
  CHECK(has(forced.err, "the gateway 10.1.0.99 does not answer now"));
  check_success(run_vdeup({"cancel", "--bridge", "-f"}));
  CHECK(changes_since(before) == "");
}

TEST_CASE("proof: a gateway that falls silent has the move taken back", "[move]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  const std::string rules =
      "add table arp f; add chain arp f i { type filter hook input priority 0; }; "
      "add rule arp f i limit rate 1/hour burst 1 packets accept; add rule arp f i drop";
  if (run(at(neighbourhood.gateway, {"nft", rules})).status != 0)
    skip("no arp tables in this kernel or no nft");
  // It knows us, and asks no more itself.
  const std::string mac = run({"cat", "/sys/class/net/eth0/address"}).out;
  neighbourhood.gateway.ip("neighbour replace 10.1.0.2 dev lan nud permanent lladdr " +
                           mac.substr(0, mac.find('\n')));
  ip("-6 route delete default");
  const std::string before = snapshot();
  const auto failed = run_vdeup({"create", "--timeout", "1"});
  CHECK(failed.status == 1);
  CHECK(has(failed.err, "the move of eth0 into ctysbr0 is not proven: no answer from the gateway 10.1.0.1"));
  CHECK(has(failed.err, "all is as it was before"));
  CHECK(changes_since(before) == "");
}

TEST_CASE("proof: an address of the user's that no longer answers has the move taken back", "[move]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  const std::string before = snapshot();
  Running once{at(neighbourhood.far_host, {"nc", "-l", "-s", "10.9.0.2", "-p", "22"})};
  REQUIRE(eventually([&] {
    return !run(at(neighbourhood.far_host, {"ss", "-Hltn", "sport = :22"})).out.empty();
  }));
  const auto failed = run_vdeup({"create", "--probe", "10.9.0.2:22", "--timeout", "1"});
  INFO(failed.err);
  CHECK(failed.status == 1);
  CHECK(has(failed.err, "no answer from 10.9.0.2 port 22"));
  CHECK(changes_since(before) == "");
}

TEST_CASE("proof: addresses far away answer by echo, and services by a connection", "[move]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  const std::string before = snapshot();
  Running server{at(neighbourhood.far_host, {"nc", "-l", "-k", "-s", "10.9.0.2", "-p", "22"})};
  REQUIRE(eventually([&] {
    return !run(at(neighbourhood.far_host, {"ss", "-Hltn", "sport = :22"})).out.empty();
  }));
  check_success(run_vdeup({"create", "--probe", "10.9.0.2:22", "--probe", "10.9.0.2", "--probe", "10.1.0.1",
                           "--probe", "2001:db8:9::2"}));
  check_success(run_vdeup({"cancel", "--bridge", "--probe", "2001:db8:9::2"}));
  CHECK(changes_since(before) == "");
}

TEST_CASE("proof: a reply from one address does not prove another", "[move]") {
  const Neighbourhood neighbourhood;
  Neighbourhood::give_addresses();
  const std::string before = snapshot();
  const auto refused =
      run_vdeup({"create", "--probe", "10.9.0.2", "--probe", "192.0.2.77", "--timeout", "1"});
  INFO(refused.err);
  CHECK(refused.status == 1);
  CHECK(has(refused.err, "no answer from 192.0.2.77"));
  CHECK(changes_since(before) == "");
}
