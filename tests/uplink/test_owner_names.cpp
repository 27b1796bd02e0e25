// Names of users that other programs read as syntax: Windows domains have a backslash in them.

#include "support/accounts.hpp"
#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <fmt/format.h>

#include <signal.h>

#include <fstream>

using namespace lab;

namespace {

/// Enter a user, as winbind or sssd do with those of a domain.
void add_account(const User& user) {
  own_accounts();
  std::ofstream{"/etc/passwd", std::ios::app}
      << fmt::format("{}:x:{}:{}::{}:/bin/sh\n", user.name, user.uid, user.gid, home_of(k_acue));
}

void require_good(const Finished& done) {
  INFO(done.out << done.err);
  REQUIRE(done.status == 0);
}

} // namespace

TEST_CASE("owner: a name that libvdeplug would read as syntax has a network", "[uplink]") {
  static uid_t uid = 5005; // each name is a user of its own
  const auto* name = GENERATE(R"(CORP\jdoe)", R"(j[1])", R"(o'neil "x")", R"(a{b}\)");
  const User user{name, uid, uid};
  ++uid;
  add_account(user);
  INFO(name);
  const std::string before = snapshot();
  require_good(run_vdeup({"create", "--uplink", "slirp", "-u", name}));
  require_good(run_vdeup({"check", "-u", name}));

  Running vm{{bin_directory() + "/vdeup", "run", "--", bin_directory() + "/fake_vm", "-name", "web"},
             {.user = user}};
  INFO(vm.output());
  REQUIRE(vm.wait_for("VM pid="));
  CHECK(eventually([&] { return has(run_vdeup({"ports", "-X", "-u", name}).out, "|web|"); }));
  vm.signal(SIGTERM);
  (void)vm.finish();

  const auto again = run_vdeup({"create", "--uplink", "slirp", "-u", name});
  require_good(again); // the uplink is known again
  CHECK(has(again.err + again.out, "reused"));
  require_good(run_vdeup({"cancel", "-u", name}));
  CHECK(changes_since(before) == "");
}

TEST_CASE("owner: a name with a backslash has a private network", "[uplink]") {
  const User user{R"(CORP\jdoe)", 5005, 5005};
  add_account(user);
  const std::string before = snapshot();
  require_good(run_vdeup({"create", "--uplink", "nat", "-u", user.name}));
  require_good(run_vdeup({"check", "-u", user.name}));
  require_good(run_vdeup({"cancel", "--bridge", "-u", user.name}));
  CHECK(changes_since(before) == "");
}
