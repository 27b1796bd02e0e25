// Over a real ssh: the helper looks at the login of who asks it, and not at its own.

#include "dependents/ssh_lab.hpp"
#include "privilege/elevation_lab.hpp"
#include "support/catch.hpp"

using namespace privilege_lab;

TEST_CASE("nic over ssh: the login of the user who asks is what keeps the NIC where it is", "[privilege]") {
  const Host host{Capability::none};
  const auto set_up = [] {
    let_sudo("alice ALL=(root) NOPASSWD: " + Host::helper() + " \"\"\n");
    Host::set_policy("allow user alice bridge ctysbr0 tap,bridge,nic\n");
    return guard_lab::SshLab{};
  };
  const guard_lab::SshLab ssh = set_up();
  const std::string program = std::string{k_prefix} + "/bin/vdeup";
  lab::settle();
  const std::string before = lab::snapshot();
  const auto refused = lab::run(ssh.ssh("alice", "env -i " + program + " create -i nic0"));
  INFO(refused.out << refused.err);
  CHECK(refused.status == 1);
  CHECK(has(refused.err, "your session from 192.0.2.2, which sshd serves, runs over it"));
  CHECK(has(refused.err, "holds the connection")); // seen by root, and not concluded
  CHECK(has(refused.err, "for a NIC only root can use -f"));
  const auto insisted = lab::run(ssh.ssh("alice", program + " create -f -i nic0"));
  CHECK(insisted.status == 1);
  CHECK(has(insisted.err, "for a NIC only root can use -f"));
  CHECK(lab::changes_since(before) == "");
}
