#include "nat/dnsmasq.hpp"
#include "nat/nat_lab.hpp"
#include "nat/udp_sockets.hpp"
#include "support/catch.hpp"

using namespace nat_lab;
using namespace vdeup;

namespace {

void serve() {
  make_host();
  const auto started =
      as_helper_of(lab::k_acue, [] { return nat::start_dnsmasq(start_for(identity_of(lab::k_acue))); });
  REQUIRE(started == "");
}

} // namespace

TEST_CASE("serving: a VM gets an address, a way out and a server of names", "[nat]") {
  serve();
  const Client alpha{"vm0"};
  const std::string lease = alpha.ask_for_address("alpha");
  CHECK(has(lease, "ip=10.99.7."));
  CHECK(has(lease, "/24 router=10.99.7.1 dns=10.99.7.1 domain=vdeup.internal lease=3600"));
}

TEST_CASE("serving: a VM finds another one by its name, and a name that nobody has is not there", "[nat]") {
  serve();
  const Client alpha{"vm0"};
  const Client beta{"vm1"};
  const std::string lease = alpha.ask_for_address("alpha");
  (void)beta.ask_for_address("beta");
  REQUIRE(lease.starts_with("ip="));
  const std::string address = lease.substr(3, lease.find('/') - 3);
  CHECK(has(beta.look_up("alpha.vdeup.internal"), address));
  CHECK(has(beta.look_up("gamma.vdeup.internal"), "NXDOMAIN"));
}

TEST_CASE("serving: a VM that calls itself wpad is nobody's proxy", "[nat]") {
  serve();
  const Client alpha{"vm0"};
  const std::string lease = alpha.ask_for_address("wpad");
  CHECK(has(lease, "ip=10.99.7."));
  CHECK(has(alpha.look_up("wpad.vdeup.internal"), "NXDOMAIN"));
}

TEST_CASE("serving: a VM makes an IPv6 address of what a router's word tells", "[nat]") {
  serve();
  const Client alpha{"vm0"};
  CHECK(lab::eventually(
      [&alpha] {
        return has(alpha.run({"ip", "-6", "address", "show", "dev", "eth0", "scope", "global"}).out,
                   "fd12:3456:789a:1:");
      },
      std::chrono::seconds{30}));
  CHECK(has(alpha.run({"ip", "-6", "route", "show", "default"}).out, "via fe80:"));
}

TEST_CASE("serving: names are told at the private network and nowhere else", "[nat]") {
  make_host();
  must("ip link add out0 type bridge");
  must("ip address add 198.51.100.2/24 dev out0");
  must("ip link set out0 up");
  REQUIRE(as_helper_of(lab::k_acue, [] { return nat::start_dnsmasq(start_for(identity_of(lab::k_acue))); }) ==
          "");
  std::size_t count = 0;
  for (const auto& socket : nat::list_udp_sockets())
    if (socket.port == 53) {
      INFO(socket.local.str());
      CHECK((socket.local.str() == k_gateway || socket.local.str() == k_gateway6 ||
             socket.local.is_link_local6()));
      CHECK(socket.owner == lab::k_acue.uid);
      ++count;
    }
  CHECK(count >= 2);
}
