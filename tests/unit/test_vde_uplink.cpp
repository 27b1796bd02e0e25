#include "support/catch.hpp"
#include "vde/uplink.hpp"

using namespace vdeup;

namespace {

const Scope k_scope{.owner = {1000, 1000, "acue"},
                    .sockets = {SocketPath::directory("/var/tmp/vde_switch0.acue").value(),
                                SocketPath::socket("/var/tmp/vde_mgmt0.acue").value()}};

std::vector<Forward> forwards(const std::vector<std::string>& texts) {
  std::vector<Forward> list;
  for (const std::string& text : texts)
    list.push_back(Forward::parse(text).value());
  return list;
}

} // namespace

TEST_CASE("uplink: what a vde_plug is started with says afterwards what it forwards", "[uplink]") {
  const auto list = GENERATE(values<std::vector<std::string>>(
      {{}, {"tcp:8080:80"}, {"udp:53:53"}, {"tcp:1:1", "tcp:0.0.0.0:2:10.0.2.16:2", "udp:3:3", "udp:4:4"}}));
  const auto words = vde::uplink_words(k_scope, forwards(list));
  const auto read = vde::read_uplink_words(words, k_scope);
  REQUIRE(read);
  CHECK(read->forwards == forwards(list));
}

TEST_CASE("uplink: the words are those of libvdeplug_slirp(1)", "[uplink]") {
  const auto words = vde::uplink_words(k_scope, forwards({"tcp:8080:80", "udp:53:53", "tcp:8081:81"}));
  CHECK(words ==
        std::vector<std::string>{"--daemon", "--descr", "vdeup uplink",
                                 "slirp:///tcpfwd=127.0.0.1:8080:10.0.2.15:80,127.0.0.1:8081:10.0.2.15:81"
                                 "/udpfwd=127.0.0.1:53:10.0.2.15:53",
                                 "vde:///var/tmp/vde_switch0.acue"});
}

TEST_CASE("uplink: a vde_plug of another switch, label or network is not ours", "[uplink]") {
  const auto ours = vde::uplink_words(k_scope, {});
  const auto changed = [&ours](std::size_t at, const std::string& word) {
    auto words = ours;
    words.at(at) = word;
    return words;
  };
  REQUIRE(vde::read_uplink_words(ours, k_scope));
  CHECK(!vde::read_uplink_words(changed(2, "vdeplug:"), k_scope));
  CHECK(!vde::read_uplink_words(changed(3, "vxvde://239.0.0.1"), k_scope));
  CHECK(!vde::read_uplink_words(changed(3, "slirp:///cmdfwd=10.0.2.5:1:sh"), k_scope));
  CHECK(!vde::read_uplink_words(changed(3, "slirp:///tcpfwd=8080:80/v6"), k_scope));
  CHECK(!vde::read_uplink_words(changed(4, "vde:///var/tmp/vde_switch0.bob"), k_scope));
  CHECK(!vde::read_uplink_words({"--daemon"}, k_scope));
  CHECK(!vde::read_uplink_words({}, k_scope));
}
