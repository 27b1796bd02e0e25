// Logins over the network with a real sshd on the host and a real ssh in another namespace: is the connection
// seen from whatever place the caller is in, and is nobody else bothered?

#include "dependents/ssh_lab.hpp"
#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

using namespace guard_lab;
using lab::Finished;
using lab::has;

namespace {

std::string probe() {
  return lab::bin_directory() + "/guard_probe nic0";
}

/// True if the command that was started there has left its exit status.
bool has_status() {
  const std::filesystem::path file{"/var/tmp/home/status"};
  return std::filesystem::exists(file) && !read_file(file).empty();
}

void check_sees(const Finished& done) {
  INFO(done.out << done.err);
  CHECK(done.status == 1);
  CHECK(has(done.out, fmt::format("your session from {}", k_client_address)));
}

void check_sees_nothing(const Finished& done) {
  INFO(done.out << done.err);
  CHECK(done.status == 0);
  CHECK(done.out == "permitted\n");
}

} // namespace

TEST_CASE("ssh: a session is seen by whoever works in it, however", "[guard]") {
  const SshLab lab;
  const std::string in_shells = fmt::format("bash -c 'sh -c \"{}; exit \\$?\"; exit $?'", probe());
  for (const std::string user : {"root", "alice"})
    for (const std::string& command : {probe(), in_shells, "exec env -i " + probe(),
                                       "exec setsid --wait " + probe(), "setsid --wait env -i " + probe()}) {
      CAPTURE(user, command);
      check_sees(lab::run(lab.ssh(user, command)));
      check_sees(lab::run(lab.ssh(user, command, {"-tt"})));
    }
}

TEST_CASE("ssh: a session over IPv6 is seen, with a link-local address, too", "[guard]") {
  const SshLab lab;
  must("ip address add 2001:db8::1/64 dev nic0 nodad");
  lab.client().must("ip address add 2001:db8::2/64 dev eth0 nodad");
  lab::settle();
  lab.client().settle();
  const std::string line = must("ip -6 -o address show dev nic0 scope link");
  const std::size_t begin = line.find("fe80::");
  const std::string link_local = line.substr(begin, line.find('/') - begin) + "%eth0";
  for (const std::string& address : {std::string{"2001:db8::1"}, link_local})
    for (const std::string& command : {probe(), "exec env -i " + probe()}) {
      CAPTURE(address, command);
      const Finished done = lab::run(lab.client().line(SshLab::ssh_words("root", address, command)));
      INFO(done.out << done.err);
      CHECK(done.status == 1);
      CHECK(has(done.out,
                address == link_local ? "your session from fe80::" : "your session from 2001:db8::2"));
    }
}

TEST_CASE("ssh: sudo does not hide the session", "[guard]") {
  needs("sudo");
  const SshLab lab;
  replace("/etc/sudoers", "Defaults env_reset\nalice ALL=(ALL) NOPASSWD: ALL\n", 0440);
  check_sees(lab::run(lab.ssh("alice", "sudo -n " + probe())));
  check_sees(lab::run(lab.ssh("alice", "exec sudo -n env -i " + probe(), {"-tt"})));
}

TEST_CASE("ssh: the session is seen after its sshd has stopped listening", "[guard]") {
  SshLab lab;
  lab::Running session{lab.ssh("root", "echo there; read line; " + probe())};
  REQUIRE(session.wait_for("there"));
  lab.stop();
  session.write("go\n");
  check_sees(session.finish());
}

TEST_CASE("ssh: who sits at the host is not bothered while others are logged in", "[guard]") {
  const SshLab lab;
  lab::Running other{lab.ssh("alice", "echo there; read line")};
  REQUIRE(other.wait_for("there"));
  check_sees_nothing(lab::run({"sh", "-c", probe()}));
  check_sees_nothing(lab::run({"sh", "-c", probe()}, {.user = lab::k_alice}));
  check_sees_nothing(
      lab::run({"sh", "-c", probe()}, {.environment = {"SSH_CONNECTION=192.0.2.2 1 192.0.2.1 2222"}}));
}

TEST_CASE("ssh: a login from the host to itself is local", "[guard]") {
  const SshLab lab;
  for (const std::string user : {"root", "alice"})
    for (const std::string address : {"127.0.0.1", "192.0.2.1"}) {
      CAPTURE(user, address);
      check_sees_nothing(lab::run(SshLab::ssh_words(user, address, probe())));
    }
}

TEST_CASE("ssh: a login to the host itself is followed to where its user is", "[guard]") {
  const SshLab lab;
  std::string inner;
  for (const std::string& word : SshLab::ssh_words("alice", "127.0.0.1", "exec env -i " + probe()))
    inner += fmt::format("'{}' ", word);
  write_file("/var/tmp/home/inner", inner + "\n");
  check_sees(lab::run(lab.ssh("root", "sh /var/tmp/home/inner; exit $?")));
}

TEST_CASE("ssh: what outlives the connection is not taken for it", "[guard]") {
  const SshLab lab;
  const auto started = lab::run(lab.ssh(
      "root", fmt::format("setsid sh -c 'mkfifo /var/tmp/home/go; read line < /var/tmp/home/go; {} > "
                          "/var/tmp/home/out; echo $? > /var/tmp/home/status' < /dev/null > /dev/null 2>&1 &",
                          probe())));
  REQUIRE(started.status == 0);
  REQUIRE(lab::eventually([] { return std::filesystem::exists("/var/tmp/home/go"); }));
  REQUIRE(lab::eventually([] {
    return lab::run({"ss", "-Htn", "state", "established", fmt::format("( sport = :{} )", k_port)})
        .out.empty();
  }));
  write_file("/var/tmp/home/go", "go\n");
  REQUIRE(lab::eventually(has_status));
  CHECK(read_file("/var/tmp/home/out") == "permitted\n");
}

TEST_CASE("ssh: a tmux is as remote as who looks at it", "[guard]") {
  needs("tmux");
  const SshLab lab;
  const std::string tmux = "tmux -S /var/tmp/home/tmux -f /dev/null ";
  const auto ask = [&] {
    std::filesystem::remove("/var/tmp/home/status");
    must(tmux + "send-keys /var/tmp/home/ask Enter");
    REQUIRE(lab::eventually(has_status));
    return read_file("/var/tmp/home/out");
  };
  write_file("/var/tmp/home/ask",
             fmt::format("#!/bin/sh\n{} > /var/tmp/home/out; echo $? > /var/tmp/home/status\n", probe()));
  REQUIRE(::chmod("/var/tmp/home/ask", 0755) == 0);
  // It is started in a session, and that session ends.
  REQUIRE(lab::run(lab.ssh("root", "TERM=xterm " + tmux + "new-session -d")).status == 0);
  REQUIRE(lab::eventually([] {
    return lab::run({"ss", "-Htn", "state", "established", fmt::format("( sport = :{} )", k_port)})
        .out.empty();
  }));
  CHECK(ask() == "permitted\n");
  lab::Running looking{lab.ssh("root", "TERM=xterm exec " + tmux + "attach", {"-tt"})};
  REQUIRE(lab::eventually([&] { return !lab::run({"sh", "-c", tmux + "list-clients"}).out.empty(); }));
  CHECK(has(ask(), fmt::format("your session from {}", k_client_address)));
  must(tmux + "detach-client -a");
  must(tmux + "kill-server");
}
