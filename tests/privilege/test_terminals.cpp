// sudo, doas and pkexec can ask for a password. They do at a terminal, where the user has selected them, and
// never where nobody could answer: a hidden prompt is a launch that hangs.

#include "privilege/elevation_lab.hpp"
#include "support/catch.hpp"

#include <fstream>
#include <memory>

using namespace privilege_lab;
using lab::k_acue;

namespace {

/// A method that asks acue for his password, which is `secret`.
struct Asker {
  const char* name;
  const char* prompt;
  const char* reason; ///< why it fails where nobody can be asked
  void (*arrange)();
};

void let_unix_passwords(const std::string& service) {
  write_file("/etc/pam.d/" + service,
             "auth required pam_unix.so\naccount required pam_permit.so\nsession required pam_permit.so\n");
  std::ofstream{"/etc/shadow", std::ios::app} << "acue:$6$vdeup$08JurU/pyJgxvFDOdWO7aerNmnGSybLtUp0ZepR8/"
                                                 "YwViFD81m8gQbWIMpMoJEJjHAtSQi0.sscy1o6.T1Kde/"
                                                 ":19000::::::\n";
}

void let_sudo_ask() {
  let_sudo("Defaults env_reset, use_pty\nacue ALL=(root) PASSWD: " + Host::helper() + " \"\"\n");
  let_unix_passwords("sudo");
}

void let_doas_ask() {
  needs("doas");
  own_run();
  hide("sudo"); // which asks also whom it will refuse
  write_file("/etc/doas.conf", "permit acue as root cmd " + Host::helper() + " args\n");
  let_unix_passwords("doas");
}

/// What its action allows takes an administrator's password, and acue is one.
void let_polkit_ask() {
  own_run();
  hide("sudo");
  hide("doas");
  write_file("/etc/polkit-1/rules.d/40-acue.rules",
             "polkit.addAdminRule(function(action, subject) { return [\"unix-user:acue\"]; });\n");
  let_unix_passwords("polkit-1");
}

const std::vector<Asker>& askers() {
  static const std::vector<Asker> all{
      {"sudo", "password for acue:", "sudo (sudo: a password is required)", let_sudo_ask},
      {"doas", "doas (acue@", "doas (doas.conf wants a password)", let_doas_ask},
      {"pkexec", "Password: ", "pkexec (", let_polkit_ask}};
  return all;
}

/// A host on which a user has this method, and no other.
class AskingHost {
 public:
  explicit AskingHost(const Asker& asker) : m_host(Capability::none) {
    Host::set_policy("allow user acue bridge ctysbr0 tap,bridge\n");
    asker.arrange();
    if (asker.arrange == let_polkit_ask)
      m_polkit = std::make_unique<Polkit>();
  }

 private:
  Host m_host;
  std::unique_ptr<Polkit> m_polkit{};
};

/// An agent that asks at the terminal for what becomes of this shell. pkexec has one inside, which polkitd
/// does not believe ("No session for cookie"): it runs as root, and the program that takes its password does
/// not.
constexpr const char* k_agent =
    "mkfifo agent; pkttyagent --notify-fd 9 --process $$ 9>agent & read none <agent; ";

/// acue at a terminal. What vdeup and the others say there is the output.
lab::Running at_terminal(const Asker& asker, const std::string& options) {
  needs("script");
  std::string typed = "exec " + std::string{k_prefix} + "/bin/vdeup -d 1 " + options;
  if (asker.arrange == let_polkit_ask)
    typed = "cd ~ && rm -f agent && " + (k_agent + typed);
  return lab::Running{{"script", "-qec", typed, "/dev/null"},
                      {.user = k_acue, .environment = {"HOME=" + lab::home_of(k_acue)}}};
}

} // namespace

TEST_CASE("terminals: who wants a password is not waited for without a terminal", "[privilege]") {
  const Asker& asker = GENERATE(from_range(askers()));
  CAPTURE(asker.name);
  const AskingHost host{asker};
  const auto done = lab::run({std::string{k_prefix} + "/bin/vdeup", "-Z", "SUDO", "create"},
                             {.user = k_acue, .patience = std::chrono::seconds{20}});
  INFO(done.err);
  CHECK(done.status == 2);
  CHECK(has(done.err, asker.reason));
  CHECK(!exists("ctysbr0"));
}

TEST_CASE("terminals: the user is asked for the password, once, and the network is made", "[privilege]") {
  const Asker& asker = GENERATE(from_range(askers()));
  CAPTURE(asker.name);
  const AskingHost host{asker};
  lab::Running typed = at_terminal(asker, "-Z SUDO create");
  const bool asked = typed.wait_for(asker.prompt, std::chrono::seconds{20});
  INFO(typed.output());
  REQUIRE(asked);
  CHECK(!exists("ctysbr0"));
  typed.write("secret\n");
  const auto done = typed.finish();
  INFO(done.out);
  CHECK(done.status == 0);
  CHECK(has(done.out, std::string{"vdeup-helper has its privileges by "} + asker.name));
  CHECK(done.out.find(asker.prompt) == done.out.rfind(asker.prompt));
  CHECK(has(show("tap0"), "master ctysbr0"));
}

TEST_CASE("terminals: with a wrong password nothing is made", "[privilege]") {
  const Asker& asker = GENERATE(from_range(askers()));
  CAPTURE(asker.name);
  const AskingHost host{asker};
  lab::Running typed = at_terminal(asker, "-Z SUDO create");
  REQUIRE(typed.wait_for(asker.prompt, std::chrono::seconds{20}));
  typed.write("wrong\nwrong\nwrong\nwrong\nwrong\n");
  const auto done = typed.finish();
  INFO(done.out);
  CHECK(done.status == 2);
  CHECK(!exists("ctysbr0"));
}

TEST_CASE("terminals: nobody is asked without having selected the method", "[privilege]") {
  const std::string options = GENERATE(as<std::string>{}, "create", "-Z SUDO --no-prompt create");
  const Asker& asker = GENERATE(from_range(askers()));
  CAPTURE(asker.name, options);
  const AskingHost host{asker};
  const auto done = at_terminal(asker, options).finish(std::chrono::seconds{20});
  INFO(done.out);
  CHECK(done.status == 2);
  CHECK(!has(done.out, asker.prompt));
  CHECK(!exists("ctysbr0"));
}
