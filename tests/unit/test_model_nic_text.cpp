#include "model/nic_move.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace vdeup;

IpAddress ip(const char* text) {
  return IpAddress::parse(text).value();
}

/// A move with something in every field.
NicMove full_move() {
  NicSnapshot nic{.name = IfName::parse("eth0").value(),
                  .index = 7,
                  .kind = "veth",
                  .mac = MacAddress::parse("02:00:00:00:00:07").value(),
                  .mtu = 9000,
                  .is_up = true,
                  .master = IfName::parse("bond0").value(),
                  .qdisc = "fq codel",
                  .taken_at = 12345};
  nic.ports.push_back(IfName::parse("eth9").value());
  nic.addresses.push_back({.local = {ip("10.0.0.2"), 24},
                           .peer = ip("10.0.0.1"),
                           .broadcast = ip("10.0.0.255"),
                           .label = ":a b",
                           .scope = 253,
                           .flags = 0x200,
                           .valid = 100,
                           .preferred = 50,
                           .route_metric = 7,
                           .protocol = 3});
  nic.addresses.push_back({.local = {ip("2001:db8::2"), 64}});
  nic.routes.push_back({.table = 1000,
                        .destination = {ip("::"), 0},
                        .source = IpPrefix{ip("2001:db8::"), 32},
                        .tos = 1,
                        .protocol = 9,
                        .scope = 0,
                        .type = 1,
                        .metric = 1024,
                        .preferred_source = ip("2001:db8::2"),
                        .next_hops = {{.interface = 0, .gateway = ip("fe80::1"), .weight = 2},
                                      {.interface = 9, .on_link = true, .others = {{22, {1, 2, 255}}}}},
                        .expires = 1800,
                        .next_hop = 5,
                        .others = {{8, {}}, {20, {0}}},
                        .place = Route::Place::behind});
  nic.rules.push_back({.is_ip6 = true,
                       .destination_length = 128,
                       .source_length = 64,
                       .tos = 4,
                       .table = 100,
                       .action = 1,
                       .flags = 2,
                       .priority = 500,
                       .names_input = true,
                       .names_output = true,
                       .others = {{15, {0, 0, 0, 100}}}});
  nic.neighbours.push_back({.address = ip("10.0.0.1"),
                            .mac = MacAddress::parse("02:00:00:00:00:01").value(),
                            .state = Neighbour::State::reachable,
                            .flags = 0x80,
                            .protocol = 4});
  nic.neighbours.push_back(
      {.address = ip("10.0.0.9"), .state = Neighbour::State::permanent, .is_proxy = true});
  nic.settings.push_back({Setting::Group::ip6_neighbours, "gc_stale_time", "60"});
  nic.settings.push_back({Setting::Group::ip6, "stable_secret", "2001:db8::1 x"});
  const IfName name = nic.name;
  return {NicMove::Direction::out, name, IfName::parse("ctysbr0").value(), std::move(nic), {name}};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  INFO(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("nic text: what is written is read back, field by field", "[model]") {
  const NicMove move = full_move();
  const auto read = parse_nic_move(to_text(move));
  INFO((read ? "" : read.error().message()));
  REQUIRE(read);
  CHECK(read.value().direction == move.direction);
  CHECK(read.value().nic == move.nic);
  CHECK(read.value().bridge == move.bridge);
  CHECK(read.value().keep_up == move.keep_up);
  const NicSnapshot& source = read.value().source;
  CHECK(source.name == move.source.name);
  CHECK(source.index == move.source.index);
  CHECK(source.kind == move.source.kind);
  CHECK(source.mac == move.source.mac);
  CHECK(source.mtu == move.source.mtu);
  CHECK(source.is_up == move.source.is_up);
  CHECK(source.master == move.source.master);
  CHECK(source.qdisc == move.source.qdisc);
  CHECK(source.taken_at == move.source.taken_at);
  CHECK(source.ports == move.source.ports);
  CHECK(source.addresses == move.source.addresses);
  CHECK(source.routes == move.source.routes);
  CHECK(source.rules == move.source.rules);
  CHECK(source.neighbours == move.source.neighbours);
  CHECK(source.settings == move.source.settings);
  CHECK(to_text(read.value()) == to_text(move));
}

TEST_CASE("nic text: a text that is cut short anywhere is refused", "[model]") {
  const std::string text = to_text(full_move());
  for (std::size_t size = 0; size < text.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(parse_nic_move(text.substr(0, size)));
  }
}

TEST_CASE("nic text: a blank, a field or a line too many is refused", "[model]") {
  const std::string text = to_text(full_move());
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
    CAPTURE(at);
    for (const char* more : {" ", " 0", " -", " x", "\n", "\nend", "\rx", "\nlink"})
      CHECK_FALSE(parse_nic_move(std::string{text}.insert(at, more)));
  }
  CHECK_FALSE(parse_nic_move(text + "\n"));
  CHECK_FALSE(parse_nic_move(text + text));
}

TEST_CASE("nic text: what the kernel or a path would take amiss is refused", "[model]") {
  const std::string text = to_text(full_move());
  const auto [from, to] = GENERATE(table<std::string, std::string>({
      {"vdeup-nic-move 1", "vdeup-nic-move 2"},
      {"move 1 eth0", "move 2 eth0"},
      {"move 1 eth0", "move 1 ../eth0"},
      {"move 1 eth0", "move 1 .."},
      {"ctysbr0", "ctysbr0toolongforit"},
      {"gc_stale_time", "../../../kernel/core_pattern"},
      {"gc_stale_time", "GC"},
      {"gc_stale_time", "a/b"},
      {"setting 3", "setting 4"},
      {"10.0.0.2/24", "10.0.0.2/33"},
      {"10.0.0.2/24", "10.0.0.2/-1"},
      {"10.0.0.2/24", "10.0.0.2"},
      {"10.0.0.2/24", "2001:db8::9/24"},
      {"10.0.0.2/24", "10.0.0.2/024"},
      {"::/0", "::/129"},
      {"fe80::1", "10.0.0.1"},
      {" 1024 ", " 4294967296 "},
      {" 1024 ", " +1024 "},
      {" 1024 ", " 0x400 "},
      {"x0102ff", "x0102f"},
      {"x0102ff", "0102ff"},
      {"x0102ff", "x0102fg"},
      {"hop 9", "hup 9"},
      {"hop 9", "hop 99999999999"},
      {"rule 1", "rule 2"},
      {"rule 1", "ruler 1"},
      {"neighbour 10.0.0.1", "neighbour 10.0.0.1.1"},
  }));
  CAPTURE(from, to);
  const auto read = parse_nic_move(replaced(text, from, to));
  REQUIRE_FALSE(read);
  CHECK(read.error().kind() == ErrorKind::refused);
}
