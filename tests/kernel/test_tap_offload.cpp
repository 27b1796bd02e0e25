// What a TAP leaves to others to work out. A frame that comes to the host's end of a TAP without its checksum
// would reach a VM so, which drops it: dnsmasq's answers, for one.

#include "kernel/path_lab.hpp"
#include "kernel/tap.hpp"
#include "support/catch.hpp"

#include <linux/ethtool.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstring>

using namespace lab;
using namespace vdeup;

namespace {

/// ethtool --show-offload NAME
bool leaves_checksums(const std::string& name) {
  const UniqueFd socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  ethtool_value value{};
  value.cmd = ETHTOOL_GTXCSUM;
  ifreq request{};
  std::strcpy(request.ifr_name, name.c_str());
  request.ifr_data = reinterpret_cast<char*>(&value);
  REQUIRE(::ioctl(socket.get(), SIOCETHTOOL, &request) == 0);
  return value.data != 0;
}

} // namespace

TEST_CASE("tap: the frames that a switch gets from it have their checksums", "[nat]") {
  path_lab::needs("vde_switch");
  auto netlink = kernel::Netlink::open();
  REQUIRE(netlink);
  const User user = can_be_others() ? k_alice : User{"root", 0, 0};
  REQUIRE(kernel::create_tap(netlink.value(), IfName::parse("tap0").value(),
                             {.uid = user.uid, .gid = user.gid, .name = user.name}, {.alias = "test"}));
  CHECK_FALSE(leaves_checksums("tap0"));
  Running vde_switch{{"vde_switch", "-s", "/var/tmp/s", "-t", "tap0"}, {.user = user}};
  REQUIRE(eventually([] {
    return run({"ip", "link", "set", "tap0", "up"}).status == 0 &&
           run({"ip", "link", "show", "tap0"}).out.find("LOWER_UP") != std::string::npos;
  }));
  CHECK_FALSE(leaves_checksums("tap0"));
  // It is the holder of the TAP who may ask for it, as QEMU does.
  path_lab::must("ip tuntap add tap1 mode tap vnet_hdr");
  auto queue = kernel::open_tap_queue(IfName::parse("tap1").value(), IFF_TAP | IFF_NO_PI | IFF_VNET_HDR,
                                      "cannot open tap1");
  REQUIRE(queue);
  REQUIRE(::ioctl(queue.value().get(), TUNSETOFFLOAD, TUN_F_CSUM) == 0);
  CHECK(leaves_checksums("tap1"));
}
