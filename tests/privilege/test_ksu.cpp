// ksu, in a Kerberos realm of the test's own: does who has a ticket, and a line in root's .k5users, come to
// the helper by it, and nobody else?

#include "privilege/privilege_lab.hpp"
#include "privilege/realm.hpp"
#include "support/catch.hpp"

using namespace privilege_lab;
using lab::k_acue;
using lab::k_berta;

TEST_CASE("elevation: who has a ticket and a line in .k5users makes the network through ksu", "[privilege]") {
  const Host host{Capability::none};
  const Realm realm;
  Host::set_policy("allow all bridge * all\n");
  const std::string before = lab::snapshot();

  const auto made = Host::vdeup(k_acue, {"-d", "1", "-Z", "KSU,NOSUDO", "create"}, {Realm::ticket(k_acue)});
  INFO(made.err);
  CHECK(made.status == 0);
  CHECK(has(made.err, "vdeup-helper has its privileges by ksu"));
  const auto gone = Host::vdeup(k_acue, {"-Z", "KSU", "cancel", "--bridge"}, {Realm::ticket(k_acue)});
  INFO(gone.err);
  CHECK(gone.status == 0);

  const auto refused = Host::vdeup(k_berta, {"-Z", "KSU", "create"}, {Realm::ticket(k_berta)});
  INFO(refused.err);
  CHECK(refused.status == 2);
  CHECK(has(refused.err, "ksu (account root: authorization failed)"));
  const auto not_asked_for = Host::vdeup(k_acue, {"create"}, {Realm::ticket(k_acue)});
  CHECK(not_asked_for.status == 2);
  CHECK(has(not_asked_for.err, "ksu (not asked for (-Z KSU))"));
  CHECK(lab::changes_since(before).empty());
}
