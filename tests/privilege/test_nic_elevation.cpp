// NICs of the host, moved for an ordinary user whom something else than sudo leads to root.

#include "privilege/nic_host.hpp"
#include "privilege/realm.hpp"

using namespace privilege_lab;
using lab::k_acue;
using lab::k_berta;

namespace {

/// A move by this method, its end, and a move that is undone; berta, who may use the method, is refused a
/// NIC.
void check_moves(const std::string& method, const std::vector<std::string>& options,
                 const auto& environment_of) {
  const std::string before = lab::snapshot();
  const auto do_as = [&](const lab::User& user, std::vector<std::string> words) {
    words.insert(words.begin(), options.begin(), options.end());
    auto done = Host::vdeup(user, words, environment_of(user));
    CHECK(has(done.err, "vdeup-helper has its privileges by " + method));
    return done;
  };
  const auto created = do_as(k_acue, {"create"});
  INFO(created.out << created.err);
  REQUIRE(created.status == 0);
  CHECK(is_port("eth0", "ctysbr0"));
  CHECK(is_port("tap0", "ctysbr0"));
  const auto cancelled = do_as(k_acue, {"cancel", "--bridge"});
  INFO(cancelled.out << cancelled.err);
  CHECK(cancelled.status == 0);
  CHECK(lab::changes_since(before) == "");

  CHECK(do_as(k_acue, {"create"}).status == 0);
  CHECK(Host::vdeup(k_acue, {"cancel"}).status == 0); // which takes no privilege
  CHECK(do_as(k_acue, {"undo"}).status == 0);
  CHECK(lab::changes_since(before) == "");

  const auto refused = do_as(k_berta, {"create"});
  INFO(refused.out << refused.err);
  CHECK(refused.status == 1);
  CHECK(has(refused.err, "no line of /etc/vdeup/policy.conf allows 'nic' on ctysbr0 to berta"));
  CHECK(lab::changes_since(before) == "");
  CHECK(lab::eventually(is_quiet));
}

std::vector<std::string> no_environment(const lab::User& /*user*/) {
  return {};
}

} // namespace

TEST_CASE("nic: by doas it is moved as by sudo", "[privilege]") {
  const NicHost lab;
  needs("doas");
  hide("sudo");
  write_file("/etc/pam.d/doas",
             "auth required pam_deny.so\naccount required pam_permit.so\nsession required pam_permit.so\n");
  write_file("/etc/doas.conf", "permit nopass acue as root cmd " + Host::helper() +
                                   " args\npermit nopass berta as root cmd " + Host::helper() + " args\n");
  check_moves("doas", {"-d", "1"}, no_environment);
}

TEST_CASE("nic: by pkexec it is moved as by sudo", "[privilege]") {
  const NicHost lab;
  hide("sudo");
  hide("doas");
  write_file("/etc/polkit-1/rules.d/40-lab.rules",
             "polkit.addRule(function(action, subject) {\n"
             "  if (action.id == \"org.vdeup.helper\") return polkit.Result.YES;\n});\n");
  const Polkit polkit;
  check_moves("pkexec", {"-d", "1"}, no_environment);
}

TEST_CASE("nic: by ksu it is moved as by sudo", "[privilege]") {
  const NicHost lab;
  const Realm realm;
  write_file("/root/.k5users", "acue@LAB " + Host::helper() + "\nberta@LAB " + Host::helper() + "\n", 0600);
  check_moves("ksu", {"-d", "1", "-Z", "KSU,NOSUDO"},
              [](const lab::User& user) { return std::vector<std::string>{Realm::ticket(user)}; });
}
