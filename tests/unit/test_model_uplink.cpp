#include "model/uplink.hpp"
#include "support/catch.hpp"

using namespace vdeup;

namespace {

std::string read(std::string_view text) {
  const auto forward = Forward::parse(text);
  return forward ? forward.value().text() : "error: " + forward.error().cause();
}

Forward forward(std::string_view text) {
  return Forward::parse(text).value();
}

} // namespace

TEST_CASE("uplink: a forward may leave out the address of the host and of the guest", "[uplink]") {
  CHECK(read("tcp:8080:80") == "tcp:127.0.0.1:8080:10.0.2.15:80");
  CHECK(read("udp:53:53") == "udp:127.0.0.1:53:10.0.2.15:53");
  CHECK(read("tcp:0.0.0.0:8080:80") == "tcp:0.0.0.0:8080:10.0.2.15:80");
  CHECK(read("tcp:8080:10.0.2.16:80") == "tcp:127.0.0.1:8080:10.0.2.16:80");
  CHECK(read("tcp:192.0.2.1:65535:10.0.2.254:1") == "tcp:192.0.2.1:65535:10.0.2.254:1");
}

TEST_CASE("uplink: what is no forward is refused, and what slirp would read as another option", "[uplink]") {
  const auto text = GENERATE(values<std::string>({"",
                                                  "tcp",
                                                  "tcp:",
                                                  "tcp:80",
                                                  "icmp:1:1",
                                                  "8080:80",
                                                  "tcp:8080:80:90",
                                                  "tcp:1:2:3:4:5",
                                                  "tcp:0:80",
                                                  "tcp:65536:80",
                                                  "tcp:-1:80",
                                                  "tcp:8080:",
                                                  "tcp::80",
                                                  "tcp:+80:80",
                                                  "tcp: 80:80",
                                                  "tcp:8080:80,1:10.0.2.15:2",
                                                  "tcp:8080:80/cmdfwd=10.0.2.5:1:sh",
                                                  "tcp:localhost:8080:80",
                                                  "tcp:::1:8080:10.0.2.15:80",
                                                  "tcp:8080:192.0.2.1:80",
                                                  "tcp:8080:10.0.2.2:80",
                                                  "tcp:8080:10.0.2.3:80",
                                                  "tcp:8080:10.0.2.0:80",
                                                  "tcp:8080:10.0.2.255:80",
                                                  "tcp:8080:80\n",
                                                  "TCP:8080:80"}));
  CAPTURE(text);
  CHECK(!Forward::parse(text));
}

TEST_CASE("uplink: two forwards meet at a port of the host, at one address or at all", "[uplink]") {
  CHECK(forward("tcp:80:80").has_host_port_of(forward("tcp:80:10.0.2.16:81")));
  CHECK(forward("tcp:80:80").has_host_port_of(forward("tcp:0.0.0.0:80:80")));
  CHECK(!forward("tcp:80:80").has_host_port_of(forward("udp:80:80")));
  CHECK(!forward("tcp:80:80").has_host_port_of(forward("tcp:192.0.2.1:80:80")));
  CHECK(!forward("tcp:80:80").has_host_port_of(forward("tcp:81:80")));
}

TEST_CASE("uplink: forwards are joined, and a wanted one takes a port over", "[uplink]") {
  const std::vector<Forward> there{forward("tcp:80:80"), forward("tcp:81:81")};
  CHECK(missing_forwards(there, there).empty());
  CHECK(missing_forwards(there, {forward("tcp:82:82"), forward("tcp:82:82")}).size() == 1);
  CHECK(join_forwards(there, {}) == there);
  const std::vector<Forward> other{forward("tcp:80:10.0.2.16:80")};
  CHECK(join_forwards(there, other) == std::vector<Forward>{forward("tcp:81:81"), other[0]});
}

TEST_CASE("uplink: each kind has a word, and no other word names one", "[uplink]") {
  for (const UplinkKind kind : {UplinkKind::bridge, UplinkKind::slirp, UplinkKind::none})
    CHECK(parse_uplink(word_for(kind)) == kind);
  CHECK(!parse_uplink("auto"));
  CHECK(!parse_uplink("Slirp"));
  CHECK(!parse_uplink(""));
}
