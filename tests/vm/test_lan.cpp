// A VM on a bridge that a NIC was moved into is a machine on the LAN: it gets its address there, and others
// reach it.

#include "nic/nic_lab.hpp"
#include "support/catch.hpp"
#include "vm/guest.hpp"
#include "vm/network.hpp"

using namespace vmlab;

namespace {

Words at(const lab::NetworkNamespace& where, const Words& line) {
  return Words{"nsenter", "--net=/proc/" + std::to_string(where.pid()) + "/ns/net"} + line;
}

/// The DHCP server of the LAN: a real one, at its gateway.
lab::Running serve_addresses(const lab::NetworkNamespace& gateway) {
  if (lab::run({"sh", "-c", "command -v dnsmasq"}).status != 0)
    lab::skip("no dnsmasq is installed");
  lab::Running server{
      at(gateway, {"dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--interface=lan",
                   "--bind-interfaces", "--user=root", "--pid-file=", "--leasefile-ro",
                   "--dhcp-range=10.1.0.100,10.1.0.150,255.255.255.0,1h", "--dhcp-option=3,10.1.0.1"})};
  REQUIRE(lab::eventually([&gateway] {
    return !lab::run(at(gateway, {"ss", "-Hlun", "sport = :67"})).out.empty();
  }));
  return server;
}

/// The address that the guest says it has got, without its prefix.
std::string leased_address(const std::string& console) {
  const std::string before = "address eth0 ";
  const std::size_t begin = console.find(before) + before.size();
  return console.substr(begin, console.find('/', begin) - begin);
}

} // namespace

TEST_CASE("lan: a VM gets its address from the LAN, and is reached from far away", "[vm]") {
  const Words line = boots("guest.dhcp=1 guest.serve=8080 guest.then=wait");
  const lab::Neighbourhood neighbourhood;
  lab::Neighbourhood::give_addresses();
  const lab::Running server = serve_addresses(neighbourhood.gateway);
  const std::string before = lab::snapshot();
  REQUIRE(lab::run_vdeup({"create"}).status == 0);
  {
    lab::Running vm{Words{lab::bin_directory() + "/vdeqemu"} + line};
    REQUIRE(vm.wait_for("ready"));
    const std::string address = leased_address(vm.output());
    CAPTURE(address);
    CHECK(address.starts_with("10.1.0.1"));
    const auto greeting = lab::run(at(neighbourhood.far_host, {"nc", "-w", "5", address, "8080"}));
    CHECK(greeting.out.find("hello from") != std::string::npos);
    // And from the host itself, through its own bridge.
    CHECK(lab::run({"nc", "-w", "5", address, "8080"}).out.find("hello from") != std::string::npos);
  }
  REQUIRE(lab::run_vdeup({"cancel", "--bridge", "-f"}).status == 0);
  CHECK(lab::changes_since(before) == "");
}
