// Many at one switch with slirp, and the steps that lead there struck at each point.

#include "network/ensure.hpp"
#include "support/catch.hpp"
#include "support/far_host.hpp"
#include "uplink/guest_frames.hpp"

#include <memory>
#include <set>

using namespace lab;
using namespace uplink_lab;

namespace {

struct Person {
  std::string name;
  vdeup::Identity identity;
  std::optional<User> user{};
};

Person the_user() {
  if (!can_be_others())
    return {"root", {0, 0, "root"}};
  return {k_alice.name, {k_alice.uid, k_alice.gid, k_alice.name}, k_alice};
}

} // namespace

TEST_CASE("slirp: twenty clients of one switch reach a host outside, and sixteen get an address",
          "[uplink]") {
  FarHost far;
  far.echo();
  const Person person = the_user();
  const std::string before = snapshot();
  REQUIRE(run_vdeup({"create", "--uplink", "slirp"}, {.user = person.user}).status == 0);
  constexpr unsigned count = 20;
  {
    std::vector<Client> clients;
    for (unsigned number = 1; number <= count; ++number)
      clients.emplace_back(person.identity, "/var/tmp/vde_switch0." + person.name, number);
    std::set<std::string> leases;
    for (const Client& client : clients)
      if (const auto address = client.lease())
        leases.insert(*address);
    CHECK(leases.size() == vdeup::slirp::k_leases);
    CHECK(leases.contains(std::string{vdeup::slirp::k_first_guest}));
    std::vector<unsigned> deaf;
    for (unsigned number = 0; number < count; ++number)
      if (!clients[number].hears_echo("10.0.2." + std::to_string(100 + number), FarHost::k_address,
                                      "client " + std::to_string(number) + "."))
        deaf.push_back(number);
    CHECK(deaf == std::vector<unsigned>{});
    const auto info = run_vdeup({"info", "-X"}, {.user = person.user});
    CHECK(info.out.find("clients|20\n") != std::string::npos);
    const auto check = run_vdeup({"check"}, {.user = person.user});
    CHECK(check.status == 0);
    CHECK(check.out.find("note: slirp gives 16 addresses by DHCP, and 20 VMs are attached") !=
          std::string::npos);
  }
  REQUIRE(run_vdeup({"cancel", "-f"}, {.user = person.user}).status == 0);
  CHECK(changes_since(before) == "");
}
