// Over a real ssh: refused without -f, and with it the session that gave the command goes on.

#include "dependents/ssh_lab.hpp"
#include "move/move_lab.hpp"

using namespace guard_lab;
using lab::run;

namespace {

std::string program() {
  return lab::bin_directory() + "/vdeup";
}

} // namespace

TEST_CASE("ssh: create over the NIC of the session is refused without -f", "[move]") {
  const SshLab lab;
  lab::settle();
  const std::string before = lab::snapshot();
  const auto refused = run(lab.ssh("root", program() + " create -i nic0"));
  INFO(refused.err);
  CHECK(refused.status == 1);
  CHECK(move_lab::has(refused.err, "your session from 192.0.2.2, which sshd serves, runs over it"));
  CHECK(move_lab::has(refused.err, "if the move fails, it is cut off"));
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("ssh: with -f the session that gave the command goes on, there and back", "[move]") {
  const SshLab lab;
  lab::settle();
  const std::string before = lab::snapshot();
  lab::Running session{lab.ssh("root", "bash -i", {"-tt"})};
  session.write("stty -echo; PS1=; echo re''ady\n");
  REQUIRE(session.wait_for("ready"));
  session.write(program() + " create -f -i nic0; echo cre''ated $?\n");
  REQUIRE(session.wait_for("created 0"));
  CHECK(move_lab::has(must("ip -o link show nic0"), "master ctysbr0"));
  session.write("ip -o -4 address show ctysbr0; echo sh''own\n");
  REQUIRE(session.wait_for("shown"));
  CHECK(move_lab::has(session.output(), "192.0.2.1/24"));
  const auto refused = run(lab.ssh("root", program() + " cancel --bridge"));
  CHECK(refused.status == 1);
  CHECK(move_lab::has(refused.err, "runs over it"));
  session.write(program() + " cancel -f --bridge; echo cance''lled $?\n");
  REQUIRE(session.wait_for("cancelled 0"));
  session.write("exit\n");
  CHECK(session.finish().status == 0);
  CHECK(lab::changes_since(before) == "");
}

TEST_CASE("ssh: a session that is killed in the move does not take the host with it", "[move]") {
  const SshLab lab;
  lab::settle();
  const std::string before = lab::snapshot();
  lab::Running session{lab.ssh("root", program() + " create -f -i nic0 --confirm 2", {"-tt"})};
  REQUIRE(session.wait_for("vdeup confirm"));
  session.signal(SIGKILL); // the client, and with it the login; nobody confirms
  (void)session.finish();
  CHECK(lab::eventually([&] { return lab::changes_since(before).empty(); }));
  CHECK(lab::changes_since(before) == "");
  CHECK(run(lab.ssh("root", "true")).status == 0);
}
