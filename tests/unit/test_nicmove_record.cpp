#include "model/words.hpp"
#include "nicmove/record.hpp"
#include "support/catch.hpp"

#include <random>

namespace {

using namespace vdeup;
using nicmove::parse_record;
using nicmove::Record;

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

Record full_record() {
  const std::vector<IfName> devices{IfName::parse("ctysbr0").value(), IfName::parse("eth0").value()};
  return {.network = {"01234567-89ab-cdef-0123-456789abcdef", 4711},
          .move = full_move(),
          .told_managers = {Unmanage{NicManager::Kind::networkd, devices}, DisconnectNic{devices[1], "0a-1b"},
                            ConnectNic{devices[1], ""}},
          .undo = full_move()};
}

std::string full_text() {
  return nicmove::to_text(full_record());
}

/// Gives each member a value of its own, within what it can have.
class RandomRecord {
 public:
  explicit RandomRecord(unsigned seed) : m_random(seed) {}

  Record record() {
    Record record{.network = {full_record().network.boot, (std::uint64_t{number()} << 32U) | number()},
                  .move = move()};
    if (flag())
      record.undo = move();
    for (auto left = below(3); left > 0; --left)
      record.told_managers.push_back(
          flag() ? ManagerStep{Manage{NicManager::Kind::network_manager, {name(), name()}}}
                 : ManagerStep{DisconnectNic{name(), flag() ? "" : "abc-123"}});
    return record;
  }

 private:
  std::uint32_t number() { return static_cast<std::uint32_t>(m_random()); }
  std::uint32_t below(std::uint32_t end) { return number() % end; }
  std::uint8_t byte() { return static_cast<std::uint8_t>(number()); }
  bool flag() { return below(2) == 1; }
  std::string text(std::uint32_t most) {
    std::string text;
    for (auto left = below(most + 1); left > 0; --left)
      text += static_cast<char>(1 + below(255));
    return text;
  }
  IfName name() { return IfName::parse("if" + std::to_string(number())).value(); }
  MacAddress mac() { return MacAddress{{byte(), byte(), byte(), byte(), byte(), byte()}}; }
  IpAddress address(bool is_ip6) {
    IpAddress::Bytes6 bytes{};
    for (std::uint8_t& each : bytes)
      each = flag() ? byte() : 0;
    return is_ip6 ? IpAddress{bytes} : IpAddress{IpAddress::Bytes4{byte(), byte(), byte(), byte()}};
  }
  IpPrefix prefix(bool is_ip6) {
    return {address(is_ip6), static_cast<std::uint8_t>(below(is_ip6 ? 129 : 33))};
  }
  std::optional<IpAddress> maybe(bool is_ip6) {
    return flag() ? std::optional{address(is_ip6)} : std::nullopt;
  }
  std::vector<RawAttribute> others() {
    std::vector<RawAttribute> others(below(3));
    for (RawAttribute& other : others)
      other = {static_cast<std::uint16_t>(number()), std::vector<std::uint8_t>(below(5), byte())};
    return others;
  }
  InterfaceAddress interface_address() {
    const bool is_ip6 = flag();
    return {prefix(is_ip6), maybe(is_ip6), maybe(is_ip6), text(15), byte(),
            number(),       number(),      number(),      number(), byte()};
  }
  Route route() {
    const bool is_ip6 = flag();
    Route route{.table = number(), .destination = prefix(is_ip6)};
    if (flag())
      route.source = prefix(true);
    route.tos = byte();
    route.metric = number();
    route.preferred_source = maybe(is_ip6);
    for (auto left = 1 + below(3); left > 0; --left)
      route.next_hops.push_back({number() >> 1U, maybe(is_ip6), byte(), flag(), others()});
    if (flag())
      route.next_hop = number();
    route.expires = number();
    route.others = others();
    route.place = static_cast<Route::Place>(below(3));
    return route;
  }
  RoutingRule rule() {
    const bool is_ip6 = flag();
    const std::uint32_t lengths = is_ip6 ? 129 : 33;
    return {is_ip6,
            static_cast<std::uint8_t>(below(lengths)),
            static_cast<std::uint8_t>(below(lengths)),
            byte(),
            byte(),
            byte(),
            number(),
            number(),
            flag(),
            flag(),
            others()};
  }
  NicMove move() {
    NicSnapshot nic{.name = name(), .index = number() >> 1U, .kind = text(9), .mac = mac(), .mtu = number()};
    nic.is_up = flag();
    if (flag())
      nic.master = name();
    nic.qdisc = text(9);
    nic.taken_at = number();
    for (auto left = below(4); left > 0; --left) {
      nic.ports.push_back(name());
      nic.addresses.push_back(interface_address());
      nic.routes.push_back(route());
      nic.rules.push_back(rule());
      nic.neighbours.push_back({address(flag()), flag() ? std::optional{mac()} : std::nullopt,
                                static_cast<Neighbour::State>(below(4)), byte(), byte(), flag()});
      nic.settings.push_back({static_cast<Setting::Group>(below(4)), "key_1", text(255)});
    }
    return {static_cast<NicMove::Direction>(below(2)), name(), name(), std::move(nic), {name(), name()}};
  }

  std::mt19937 m_random;
};

std::string hex(std::string_view text) {
  return text_word(text);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  INFO(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("record: what is written is read back, value by value", "[nicmove]") {
  const auto read = parse_record(full_text());
  INFO((read ? "" : read.error().message()));
  REQUIRE(read);
  CHECK((read.value() == full_record()));
}

TEST_CASE("record: random values are read back, and what changed texts are read as is written like that",
          "[nicmove]") {
  std::mt19937 random{4711};
  unsigned refused = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    const Record record = RandomRecord{seed}.record();
    const std::string text = nicmove::to_text(record);
    const auto read = parse_record(text);
    INFO((read ? text : read.error().message()));
    REQUIRE(read);
    REQUIRE((read.value() == record));
    for (int i = 0; i < 10; ++i) {
      std::string changed = text;
      const std::size_t at = random() % changed.size();
      if (random() % 2 == 0)
        changed[at] = static_cast<char>(random());
      else
        changed.insert(at, 1, " \n-x0129af"[random() % 10]);
      const auto other = parse_record(changed);
      refused += other ? 0U : 1U;
      REQUIRE((!other || nicmove::to_text(other.value()) == changed));
    }
  }
  CHECK(refused > 1000);
}

TEST_CASE("record: one of the former format is refused", "[nicmove]") {
  const auto read = parse_record("vdeup-nic-transaction 1\nboot 01234567-89ab-cdef-0123-456789abcdef\n"
                                 "namespace 1\nvdeup-nic-move 1\nend\n");
  REQUIRE_FALSE(read);
  CHECK(read.error().kind() == ErrorKind::refused);
  CHECK(read.error().cause() == "it does not begin with vdeup-nic-transaction/2");
}

TEST_CASE("record: a text that is cut short anywhere is refused", "[nicmove]") {
  const std::string text = full_text();
  for (std::size_t size = 0; size < text.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(parse_record(text.substr(0, size)));
  }
}

TEST_CASE("record: a blank, a field or a line too many is refused", "[nicmove]") {
  const std::string text = full_text();
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
    CAPTURE(at);
    for (const char* more : {" ", " 0", " -", " x", "\n", "\nend", "\rx", "\nlink"})
      CHECK_FALSE(parse_record(std::string{text}.insert(at, more)));
  }
  CHECK_FALSE(parse_record(text + "\n"));
  CHECK_FALSE(parse_record(text + text));
}

TEST_CASE("record: what the kernel or a path would take amiss is refused", "[nicmove]") {
  const std::string text = full_text();
  const auto [from, to] = GENERATE(table<std::string, std::string>({
      {"vdeup-nic-transaction/2", "vdeup-nic-transaction/1"},
      {"move out eth0", "move off eth0"},
      {"move out eth0", "move out ../eth0"},
      {"move out eth0", "move out .."},
      {"ctysbr0", "ctysbr0toolongforit"},
      {hex("gc_stale_time"), hex("../../../kernel/core_pattern")},
      {hex("gc_stale_time"), hex("GC")},
      {hex("gc_stale_time"), hex("a/b")},
      {"setting ip6-neighbours", "setting ip7-neighbours"},
      {"unmanage networkd", "unmanage connman"},
      {hex("0a-1b"), hex("0a/1b")},
      {hex("01234567-89ab-cdef-0123-456789abcdef"), hex("../34567-89ab-cdef-0123-456789abcdef")},
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
  const auto read = parse_record(replaced(text, from, to));
  REQUIRE_FALSE(read);
  CHECK(read.error().kind() == ErrorKind::refused);
}
