// What the helper does for a user whom the policy allows something, and what it does not although it is
// asked: the requests come from the talker, as from a client that has been taken over.

#include "privilege/privilege_lab.hpp"
#include "support/catch.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace privilege_lab;
using lab::k_acue;
using lab::k_berta;

namespace {

const std::string k_dir = hexadecimal("/var/tmp/vde_switch0.acue");

std::string create_tap(const std::string& name, const std::string& mtu = "1500") {
  return line("create-tap " + name + " " + mtu + " " + k_dir);
}

/// Ask for something that has to be refused with these words, and see that nothing has changed.
void check_refused(const lab::User& user, const std::string& request, const std::string& reason) {
  lab::settle();
  const std::string before = lab::snapshot();
  const std::string said = Host::talk(user, line(request));
  INFO(request << "\n" << said);
  CHECK(has(said, "error "));
  CHECK(has(said, reason));
  CHECK(lab::changes_since(before).empty());
}

} // namespace

TEST_CASE("requests: nobody gets at what is another user's", "[privilege]") {
  const Host host;
  Host::set_policy("allow all bridge * all\n");
  must("ip link add foreign type bridge");
  REQUIRE(lab::count(Host::talk(k_acue, create_tap("tap0") + line("set-bridge tap0 foreign")), "ok\n") == 2);
  for (const char* request : {"set-down tap0", "set-up tap0", "set-bridge tap0 -", "set-bridge tap0 foreign"})
    check_refused(k_berta, request, "neither a TAP that vdeup made for you");
  check_refused(k_berta, "delete-tap tap0 " + k_dir, "neither a TAP that vdeup made for you");
  check_refused(k_acue, "delete-tap tap0 " + hexadecimal("/var/tmp/other"), "the mark of another switch");
}

TEST_CASE("requests: a device without the mark of vdeup is left alone", "[privilege]") {
  const Host host;
  Host::set_policy("allow all bridge * all\n");
  must("ip tuntap add dev tap9 mode tap user acue");
  must("ip link add foreign type bridge");
  must("ip link add veth0 type veth peer name veth1");
  must("ip link add ctysbr7 type bridge");
  must("ip link set foreign alias something");
  for (const char* name : {"tap9", "veth0", "lo"})
    for (const char* verb : {"set-up ", "set-down "})
      check_refused(k_acue, verb + std::string{name}, "neither a TAP that vdeup made for you");
  for (const char* request : {"set-bridge veth0 foreign", "set-bridge tap9 foreign", "set-bridge lo -"})
    check_refused(k_acue, request, "neither a TAP that vdeup made for you");
  check_refused(k_acue, "delete-tap tap9 " + k_dir, "neither a TAP");
  for (const char* request :
       {"set-up foreign", "set-down foreign", "delete-bridge foreign -", "delete-bridge veth0 -"})
    check_refused(k_acue, request, "not marked as made by vdeup");
  for (const char* name : {"foreign", "ctysbr7", "veth0"})
    check_refused(k_acue, "mark-bridge " + std::string{name} + " 52:54:01:00:00:01 -",
                  "not a bridge that vdeup left");
}

TEST_CASE("requests: a name that is taken, or could be taken for something else, is refused", "[privilege]") {
  const Host host;
  Host::set_policy("allow all bridge * all\n");
  must("ip link add tap5 type bridge");
  for (const char* name : {"wg0", "eth0", "tap", "tapx", "tap0x", "tap-1"})
    check_refused(k_acue, std::string{"create-tap "} + name + " 1500 " + k_dir, "tapN");
  check_refused(k_acue, "create-tap tap5 1500 " + k_dir, "");
  check_refused(k_acue, "create-bridge wg0 52:54:01:00:00:01 1500 -", "a line has to name it");
  check_refused(k_acue, "create-bridge ctysbr0 52:54:01:00:00:01 1500 -",
                "is not the address of that bridge");
  for (const char* name : {"a/b", "tap%d", "sixteen_letters_", "tap\x7f"})
    check_refused(k_acue, std::string{"create-tap "} + name + " 1500 " + k_dir, "is not of the form");
}

TEST_CASE("requests: a port does not lower the MTU of a bridge", "[privilege]") {
  const Host host;
  Host::set_policy("allow all bridge foreign tap\n");
  must("ip link add foreign type bridge");
  const std::string before = show("foreign");
  const std::string said = Host::talk(k_acue, create_tap("tap0", "1280") + line("set-bridge tap0 foreign"));
  CHECK(has(said, "it would lower that of foreign"));
  check_refused(k_acue, "open-tap foreign 1280 1 x766d 52:54:00:00:00:01 " + k_dir,
                "it would lower that of foreign");
  check_refused(k_acue, "create-tap tap1 67 " + k_dir, "too small");
  CHECK(has(show("foreign"), "mtu 1500"));
}

TEST_CASE("requests: a right on one bridge is none on another", "[privilege]") {
  const Host host;
  Host::set_policy("allow user acue bridge mine tap\n");
  must("ip link add mine type bridge");
  must("ip link add other type bridge");
  const std::string said =
      Host::talk(k_acue, create_tap("tap0") + line("set-bridge tap0 other") + line("set-bridge tap0 mine") +
                             line("may-tap other") + line("may-tap mine") +
                             line("open-tap other 1500 1 x766d 52:54:00:00:00:01 " + k_dir));
  INFO(said);
  CHECK(lab::count(said, "ok\n") == 3);
  CHECK(lab::count(said, "error no line of /etc/vdeup/policy.conf allows 'tap' on other to acue") == 3);
  check_refused(k_acue, "create-bridge mine2 52:54:01:00:00:01 1500 -", "allows 'bridge' on mine2 to acue");
  check_refused(k_berta, "create-tap tap1 1500 " + k_dir, "allows 'tap' to berta");
}

TEST_CASE("requests: what was allowed when it was made is no right to set it up later", "[privilege]") {
  const Host host;
  Host::set_policy("allow user acue bridge mine tap\n");
  must("ip link add mine type bridge");
  REQUIRE(lab::count(Host::talk(k_acue, create_tap("tap0") + line("set-bridge tap0 mine")), "ok\n") == 2);
  Host::set_policy("deny all bridge mine tap\n");
  check_refused(k_acue, "set-up tap0", "line 1 of /etc/vdeup/policy.conf denies 'tap' on mine to acue");
  CHECK(has(Host::talk(k_acue, line("delete-tap tap0 " + k_dir)), "ok\n"));
  CHECK(!exists("tap0"));
}

TEST_CASE("requests: a bridge with somebody else's port is neither deleted nor set down", "[privilege]") {
  const Host host;
  Host::set_policy("allow all bridge ctysbr0 all\n");
  REQUIRE(Host::vdeup(k_acue, {"create"}).status == 0);
  check_refused(k_berta, "set-down ctysbr0", "tap0 is a port of it");
  check_refused(k_berta, "delete-bridge ctysbr0 -", "tap0 is still a port of it");
  check_refused(k_acue, "delete-bridge ctysbr0 -", "tap0 is still a port of it");
  CHECK(has(Host::talk(k_acue, line("set-down ctysbr0") + line("set-up ctysbr0")), "ok\n"));
}

TEST_CASE("requests: no more TAPs are made than the policy allows, also by two helpers at a time",
          "[privilege]") {
  const Host host;
  Host::set_policy("allow all bridge mine tap taps=3\n");
  must("ip link add mine type bridge");
  SECTION("one after the other, and those of machines count") {
    const std::string open = line("open-tap mine 1500 2 x766d 52:54:00:00:00:01 " + k_dir);
    const std::string said = Host::talk(k_acue, create_tap("tap0") + open + create_tap("tap5") +
                                                    create_tap("tap6") + open + line("may-tap mine"));
    INFO(said);
    CHECK(has(said, "tap tap1, 2 descriptors"));
    CHECK(lab::count(said, "ok\n") == 2);
    CHECK(lab::count(said, "acue may have 3 TAPs at a time") == 3);
    CHECK(!exists("tap1")); // with its client
    CHECK(!exists("tap6"));
    CHECK(has(Host::talk(k_berta, create_tap("tap7")), "ok\n")); // each has his own
  }
  SECTION("many at once") {
    std::vector<lab::Running> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back(Host::talker(), lab::SpawnOptions{.user = k_acue});
      clients.back().write(create_tap("tap" + std::to_string(i)) +
                           create_tap("tap" + std::to_string(i + 20)));
    }
    std::size_t made = 0;
    for (auto& client : clients)
      made += lab::count(client.finish().out, "ok\n");
    // Helpers that count at the same time can all find one too many; each TAP that stays was answered with
    // ok.
    const auto there = static_cast<std::size_t>(lab::count(must("ip link show"), ": tap"));
    CHECK((there == made && made >= 1 && made <= 3));
    while (lab::count(must("ip link show"), ": tap") < 3) { // what they left free can be had
      const std::string name = "tap" + std::to_string(50 + lab::count(must("ip link show"), ": tap"));
      REQUIRE(has(Host::talk(k_acue, create_tap(name)), "ok\n"));
    }
    CHECK(has(Host::talk(k_acue, create_tap("tap60")), "acue may have 3 TAPs at a time"));
  }
}

TEST_CASE("requests: of two helpers that make the same TAP one does", "[privilege]") {
  const Host host;
  Host::set_policy("allow all bridge mine tap\n");
  std::vector<lab::Running> clients;
  for (const lab::User& user : {k_acue, k_berta, k_acue, k_berta}) {
    clients.emplace_back(Host::talker(), lab::SpawnOptions{.user = user});
    clients.back().write(create_tap("tap0"));
  }
  std::string said;
  for (auto& client : clients)
    said += client.finish().out;
  INFO(said);
  CHECK(lab::count(said, "ok\n") == 1);
  CHECK(lab::count(said, "error ") == 3);
}

TEST_CASE("requests: QEMU's list of bridges lets users attach where the policy is silent", "[privilege]") {
  const Host host;
  must("ip link add mine type bridge");
  must("ip link add other type bridge");
  write_file("/etc/qemu/bridge.conf", "allow mine\ninclude /etc/qemu/acue.conf\n");
  write_file("/etc/qemu/acue.conf", "allow other\n", 0640); // root:root, so for none of them
  const std::string requests =
      create_tap("tap0") + line("set-bridge tap0 mine") + line("set-bridge tap0 other");
  SECTION("without a policy") {
    const std::string said = Host::talk(k_acue, requests);
    INFO(said);
    CHECK(lab::count(said, "ok\n") == 2);
    check_refused(k_acue, "create-bridge ctysbr0 52:54:01:00:00:01 1500 -",
                  "/etc/vdeup/policy.conf has no line");
  }
  SECTION("an included file counts for those who can read it") {
    REQUIRE(::chown("/etc/qemu/acue.conf", 0, k_acue.gid) == 0);
    CHECK(lab::count(Host::talk(k_acue, requests), "ok\n") == 3);
    CHECK(has(Host::talk(k_berta, line("may-tap other")), "error "));
    CHECK(has(Host::talk(k_berta, line("may-tap mine")), "ok\n"));
  }
  SECTION("nothing counts if others could have written a part of it") {
    REQUIRE(::chmod("/etc/qemu/acue.conf", 0646) == 0);
    check_refused(k_acue, "may-tap mine", "/etc/vdeup/policy.conf has no line");
  }
  SECTION("the policy says otherwise") {
    Host::set_policy("deny all bridge mine tap\n");
    CHECK(has(Host::talk(k_acue, requests), "line 1 of /etc/vdeup/policy.conf denies 'tap' on mine to acue"));
  }
}
