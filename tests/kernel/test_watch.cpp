// What becomes of frames at the ports of a bridge: which ports forward, and what the bridge learns from them.

#include "kernel/kernel_host.hpp"
#include "kernel/path_lab.hpp"
#include "network/path_observer.hpp"
#include "support/catch.hpp"

#include <net/if.h>
#include <netpacket/packet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

using namespace lab;
using namespace path_lab;
using namespace vdeup;

namespace {

std::optional<PortState> port_state(const std::string& name) {
  auto host = kernel::KernelHost::open();
  REQUIRE(host);
  const auto link = host.value()->link(IfName::parse(name).value());
  REQUIRE(link);
  REQUIRE(link.value());
  return link.value()->port_state;
}

MacAddress mac(const std::string& text) {
  return MacAddress::parse(text).value();
}

/// Send broadcasts from these addresses into a link.
void send_from(const std::vector<MacAddress>& sources, const std::string& link) {
  const int fd = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  REQUIRE(fd >= 0);
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = static_cast<int>(::if_nametoindex(link.c_str()));
  for (const MacAddress& source : sources) {
    std::array<std::uint8_t, 60> frame{};
    std::fill_n(frame.begin(), 6, std::uint8_t{0xff});
    std::copy(source.bytes().begin(), source.bytes().end(), frame.begin() + 6);
    frame[12] = 0x88; // for experiments (IEEE 802): nobody answers
    frame[13] = 0xb5;
    REQUIRE(::sendto(fd, frame.data(), frame.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof(to)) ==
            static_cast<ssize_t>(frame.size()));
  }
  ::close(fd);
}

/// Watch br0 and wait for one address.
bool watch_for(const MacAddress& source, int ready) {
  auto host = network::PathObserver::open();
  auto watch = host ? host.value()->watch(k_bridge) : fail(host.error());
  if (!watch || ::write(ready, "", 1) != 1)
    return false;
  const auto seen = watch.value()->wait_for(source, Deadline::after(std::chrono::seconds{20}));
  return seen && seen.value();
}

} // namespace

TEST_CASE("links: a port forwards at once without STP, and says what it does", "[kernel]") {
  make_bridge("forward_delay 0");
  CHECK(eventually([] { return port_state("inside") == PortState::forwarding; }));
  CHECK_FALSE(port_state("outside"));
  CHECK_FALSE(port_state("br0"));
  must("ip link set outside down"); // no carrier
  CHECK(eventually([] { return port_state("inside") == PortState::disabled; }));
  must("ip link set outside up");
  must("bridge link set dev inside state 2");
  CHECK(port_state("inside") == PortState::learning);
  must("ip link set inside nomaster");
  CHECK_FALSE(port_state("inside"));
}

TEST_CASE("links: with STP a port listens, learns, and only then forwards", "[kernel]") {
  make_bridge("stp_state 1 forward_delay 200"); // the shortest there is: two seconds each
  CHECK(eventually([] { return port_state("inside") == PortState::listening; }));
  CHECK(eventually([] { return port_state("inside") == PortState::learning; }));
  CHECK(eventually([] { return port_state("inside") == PortState::forwarding; }));
}

TEST_CASE("links: a wait for a port ends when it forwards, or at its deadline", "[kernel]") {
  make_bridge("forward_delay 0");
  auto host = kernel::KernelHost::open();
  REQUIRE(host);
  const IfName inside = IfName::parse("inside").value();
  const auto wait = [&](std::chrono::milliseconds patience) {
    return host.value()->wait_until_forwarding(inside, Deadline::after(patience)).has_value();
  };
  must("ip link set outside down");
  REQUIRE(eventually([] { return port_state("inside") == PortState::disabled; }));
  CHECK(wait(std::chrono::milliseconds{50}));
  CHECK(port_state("inside") == PortState::disabled);
  const Running carrier{{"sh", "-c", "sleep 0.2; ip link set outside up"}};
  CHECK(wait(std::chrono::seconds{20}));
  CHECK(port_state("inside") == PortState::forwarding);
}

TEST_CASE("watch: a frame from a new address is seen without privilege", "[kernel]") {
  make_bridge("forward_delay 0");
  REQUIRE(eventually([] { return port_state("inside") == PortState::forwarding; }));
  const MacAddress wanted = mac("52:54:00:00:00:07");
  Alice alice{[&](int ready) { return watch_for(wanted, ready); }};
  REQUIRE(alice.is_ready());
  REQUIRE(alice.comes_to("S")); // it has looked, and now waits to be told
  send_from({mac("52:54:00:00:00:08"), wanted}, "outside");
  CHECK(alice.finish());

  // What is known already is seen at once, and what was never sent is not seen.
  auto host = network::PathObserver::open();
  auto watch = host.value()->watch(k_bridge);
  REQUIRE(watch);
  CHECK(watch.value()->wait_for(wanted, Deadline::after(std::chrono::milliseconds{0})).value());
  const auto before = std::chrono::steady_clock::now();
  CHECK_FALSE(watch.value()
                  ->wait_for(mac("52:54:00:00:00:09"), Deadline::after(std::chrono::milliseconds{50}))
                  .value());
  CHECK(std::chrono::steady_clock::now() - before >= std::chrono::milliseconds{50});
}

TEST_CASE("watch: what others learn, and what is set by hand, does not count", "[kernel]") {
  make_bridge("forward_delay 0");
  must("ip link add br1 type bridge forward_delay 0");
  must("ip link add inside1 type veth peer name outside1");
  must("ip link set inside1 master br1 up");
  must("ip link set outside1 up");
  must("ip link set br1 up");
  REQUIRE(eventually([] { return port_state("inside1") == PortState::forwarding; }));
  const MacAddress elsewhere = mac("52:54:00:00:00:07");
  const MacAddress by_hand = mac("52:54:00:00:00:08");
  auto host = network::PathObserver::open();
  auto watch = host.value()->watch(k_bridge);
  auto other = host.value()->watch(IfName::parse("br1").value());
  REQUIRE(watch);
  REQUIRE(other);
  send_from({elsewhere}, "outside1");
  must("bridge fdb add " + by_hand.str() + " dev inside master static");
  CHECK(other.value()->wait_for(elsewhere, Deadline::after(std::chrono::seconds{10})).value());
  const auto soon = [] { return Deadline::after(std::chrono::milliseconds{100}); };
  CHECK_FALSE(watch.value()->wait_for(elsewhere, soon()).value());
  CHECK_FALSE(watch.value()->wait_for(by_hand, soon()).value());
}

TEST_CASE("watch: announcements that are lost in a flood are made up for", "[kernel]") {
  make_bridge("forward_delay 0");
  REQUIRE(eventually([] { return port_state("inside") == PortState::forwarding; }));
  std::vector<MacAddress> flood;
  for (unsigned i = 0; i < 5000; ++i)
    flood.push_back(MacAddress{
        {0x52, 0x54, 0x00, 0x01, static_cast<std::uint8_t>(i >> 8U), static_cast<std::uint8_t>(i)}});
  const MacAddress wanted = mac("52:54:00:02:00:00");
  Alice alice{[&](int ready) { return watch_for(wanted, ready); }};
  REQUIRE(alice.is_ready());
  REQUIRE(alice.comes_to("S"));
  alice.signal(SIGSTOP);
  REQUIRE(alice.comes_to("T"));
  send_from(flood, "outside");
  REQUIRE(eventually([&] { // a frame that comes when the queue of the link is full is lost as well
    send_from({wanted}, "outside");
    return run({"bridge", "fdb", "show", "br", "br0"}).out.find(wanted.str()) != std::string::npos;
  }));
  alice.signal(SIGCONT);
  CHECK(alice.finish());
}
