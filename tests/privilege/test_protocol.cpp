#include "privilege/protocol.hpp"
#include "support/catch.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <random>

using namespace vdeup;
using namespace vdeup::privilege;

namespace {

const Identity k_caller{1000, 1000, "acue"};

const MoveOptions k_terms{
    .force = true,
    .probes = {{ReachTarget::How::neighbour, IpAddress::parse("192.0.2.1").value()},
               {ReachTarget::How::connect, IpAddress::parse("2001:db8::1").value(), 22}},
    .timeout = std::chrono::seconds{20},
    .confirm = std::chrono::seconds{60}};

IfName name(const char* text) {
  return IfName::parse(text).value();
}

std::vector<Request> all_requests() {
  const auto dir = SocketPath::directory("/var/tmp/a b/vde_switch0.acue").value();
  const auto mac = MacAddress::parse("52:54:01:0a:00:ff").value();
  const TapMark mark{k_caller.uid, dir};
  const NatMark nat{k_caller.uid, dir};
  const PrivateNetwork both{{IpAddress::parse("10.1.2.1").value(), 24},
                            IpPrefix{IpAddress::parse("fd00:1::1").value(), 64}};
  return {
      Greeting{},
      TapQuestion{name("br0")},
      LinkStep{CreateBridge{name("ctysbr0"), mac, 1500}},
      LinkStep{MarkBridge{name("ctysbr0"), mac}},
      LinkStep{DeleteBridge{name("ctysbr0")}},
      LinkStep{CreateBridge{name("vdenat0"), mac, 1500, nat}},
      LinkStep{MarkBridge{name("vdenat0"), mac, nat}},
      LinkStep{DeleteBridge{name("vdenat0"), nat}},
      NatQuestion{name("vdenat0")},
      NatRulesQuestion{name("vdenat0"), nat},
      NatStep{AddPrivateNetwork{name("vdenat0"), both, nat}},
      NatStep{AddPrivateNetwork{name("vdenat0"), {both.gateway4, {}}, nat}},
      NatStep{RemovePrivateNetwork{name("vdenat0"), nat}},
      NatStep{StartDnsmasq{k_caller, name("vdenat0"), both, dir}},
      NicRequest{MoveNicIn{name("ctysbr0"), name("eth0"), {}}},
      NicRequest{MoveNicIn{name("ctysbr0"), name("eth0"), k_terms}},
      NicRequest{MoveNicOut{name("ctysbr0"), k_terms, MoveNicOut::How::rehearsed}},
      NicRequest{MoveNicOut{name("ctysbr0"), {}, MoveNicOut::How::rolled_back}},
      NicRequest{UndoNicMove{k_terms}},
      NicRequest{ConfirmNicMove{}},
      LinkStep{CreateTap{name("tap0"), k_caller, 9000, mark}},
      LinkStep{DeleteTap{name("tap0"), mark}},
      LinkStep{SetUp{name("tap0")}},
      LinkStep{SetDown{name("tap0")}},
      LinkStep{SetBridge{name("tap0"), name("br0")}},
      LinkStep{SetBridge{name("tap0"), std::nullopt}},
      VmTapPlan{.bridge = name("br0"), .mtu = 1500, .queues = 4, .mark = {"web1", mac, k_caller.uid, dir}}};
}

bool is_read(const std::string& message) {
  return read_request(message, k_caller).has_value();
}

} // namespace

TEST_CASE("protocol: each request is read as it was written", "[privilege]") {
  for (const Request& request : all_requests()) {
    const std::string bytes = write_request(request).value();
    INFO(bytes);
    auto read = read_request(bytes, k_caller);
    REQUIRE(read);
    CHECK((read.value() == request));
  }
}

TEST_CASE("protocol: what is read is the caller's, whoever the client says that it is for", "[privilege]") {
  const TapMark other{0, SocketPath::directory("/var/tmp/x").value()};
  const auto bytes =
      write_request(LinkStep{CreateTap{name("tap0"), Identity{0, 0, "root"}, 1500, other}}).value();
  const auto read = read_request(bytes, k_caller);
  const auto& step = std::get<CreateTap>(std::get<LinkStep>(read.value()));
  CHECK(step.owner.uid == k_caller.uid);
  CHECK(step.mark.owner == k_caller.uid);
}

TEST_CASE("protocol: a step that the helper does not execute cannot be written", "[privilege]") {
  const auto written = write_request(LinkStep{NicStep{EndDetour{name("eth0")}}});
  REQUIRE(!written);
  CHECK(written.error().kind() == ErrorKind::refused);
}

TEST_CASE("protocol: a message of any other form is refused", "[privilege]") {
  const std::string v = "vdeup-helper/2 ";
  for (const std::string& message :
       std::vector<std::string>{std::string{},
                                std::string{" "},
                                v,
                                v + "hello ",
                                v + "hello x",
                                " " + v + "hello",
                                "vdeup-helper/3 hello",
                                v + "set-up",
                                v + "set-up a/b",
                                v + "set-up tap%d",
                                v + "set-up a\nb",
                                v + "set-up sixteen_letters_",
                                v + "set-up .",
                                v + "set-up -f",
                                v + "set-up tap0 ",
                                v + "set-up  tap0",
                                v + "set-up\ntap0",
                                v + "SET-UP tap0",
                                v + "set-up tap0" + '\0',
                                v + "set-bridge tap0",
                                v + "set-bridge tap0 - -",
                                v + "create-bridge br0 52:54:01:0a:00:ff -",
                                v + "create-bridge br0 52:54:01:0A:00:ff 1500 -",
                                v + "create-bridge br0 52:54:1:a:0:ff 1500 -",
                                v + "create-bridge br0 52:54:01:0a:00:ff 01500 -",
                                v + "create-bridge br0 52:54:01:0a:00:ff -1 -",
                                v + "create-bridge br0 52:54:01:0a:00:ff 99999999999 -",
                                v + "create-tap tap0 1500 /tmp/x",
                                v + "create-tap tap0 1500 x",
                                v + "create-tap tap0 1500 x2f",
                                v + "create-tap tap0 1500 x2f2f782f",
                                v + "create-tap tap0 1500 x2f782f2e2e2f79",
                                v + "create-tap tap0 1500 x2f7a0a",
                                v + "create-tap tap0 1500 x2F7A7A",
                                v + "open-tap br0 1500 0 x7a 52:54:01:0a:00:ff x2f7a",
                                v + "open-tap br0 1500 257 x7a 52:54:01:0a:00:ff x2f7a",
                                v + "open-tap br0 1500 1 x2f 52:54:01:0a:00:ff x2f7a",
                                v + "may-tap",
                                v + "may-tap -"}) {
    INFO(message);
    CHECK(!is_read(message));
  }
  CHECK(is_read(v + "create-tap tap0 1500 x2f7a"));
  CHECK(is_read(v + "create-bridge br0 52:54:01:0a:00:ff 1500 -"));
  CHECK(is_read(v + "open-tap br0 1500 256 x7a 52:54:01:0a:00:ff x2f7a"));
  CHECK(!is_read(v + "set-up tap0" + std::string(k_max_request, ' ')));
}

TEST_CASE("protocol: replies are read as they were written, and errors whole", "[privilege]") {
  const Reply error{.error = Error{ErrorKind::refused, "cannot", "line 3 of x", ""}};
  const auto read = read_reply(write_reply(error));
  REQUIRE(read);
  CHECK(read.value().error->kind() == ErrorKind::refused);
  CHECK(read.value().error->message() == "cannot: line 3 of x");
  const auto tap = read_reply(write_reply({.tap = name("tap3"), .queues = 4, .vhost = 2}));
  CHECK((tap && tap.value().tap == name("tap3") && tap.value().queues == 4 && tap.value().vhost == 2));
  const auto note = read_reply(write_reply({.note = "log in\nanew"}));
  CHECK((note && note.value().note == "log in\nanew"));
  const auto moved =
      read_reply(write_reply({.moved = MovedNic{NicMove::Direction::out, name("eth0"), name("ctysbr0")}}));
  REQUIRE((moved && moved.value().moved));
  CHECK(moved.value().moved->direction == NicMove::Direction::out);
  CHECK(moved.value().moved->bridge == name("ctysbr0"));
  CHECK(read_reply(write_reply({.is_no = true})).value().is_no);
  CHECK_FALSE(read_reply(write_reply({})).value().is_no);
  CHECK(!read_reply(write_reply({}) + " "));
}

TEST_CASE("protocol: a long list of obstacles arrives whole, each command a hint of its own", "[privilege]") {
  Error sent{ErrorKind::refused, "cannot make a private network of vdenat0", "", {}};
  std::vector<std::string> commands;
  for (int i = 0; i < 40; ++i) {
    sent.set_cause(sent.cause() + fmt::format("table filter_of_somebody_{} drops what is forwarded, ", i));
    commands.push_back(fmt::format("run as root: nft insert rule inet filter_of_somebody_{} forward "
                                   "iifname \"vdenat0\" accept; nft insert rule inet filter_of_somebody_{} "
                                   "forward oifname \"vdenat0\" accept",
                                   i, i));
    sent.add_hint(commands.back());
  }
  sent.set_yields_to_force(GENERATE(false, true));
  const auto read = read_reply(write_reply({.error = sent}));
  REQUIRE(read);
  REQUIRE(read.value().error);
  CHECK(read.value().error->cause() == sent.cause());
  CHECK(read.value().error->hints().lines() == commands);
  CHECK(read.value().error->yields_to_force() == sent.yields_to_force());
  const std::string note = fmt::format("{}", fmt::join(commands, "\n"));
  CHECK(read_reply(write_reply({.note = note})).value().note == note);
}

TEST_CASE("protocol: what no reply can hold is left out by whole hints and lines, and that is said",
          "[privilege]") {
  Error sent{ErrorKind::failed, std::string(100000, 'w'), std::string(100000, '\n'), {}};
  const std::string command(1000, 'c');
  for (int i = 0; i < 1000; ++i)
    sent.add_hint(command);
  sent.add_hint(std::string(100000, 'h'));
  const std::string bytes = write_reply({.error = sent});
  CHECK(bytes.size() <= k_max_reply);
  const auto read = read_reply(bytes);
  REQUIRE((read && read.value().error));
  const auto& hints = read.value().error->hints().lines();
  REQUIRE(hints.size() > 1);
  CHECK(std::all_of(hints.begin(), hints.end() - 1, [&](const auto& hint) { return hint == command; }));
  CHECK(hints.back() == fmt::format("{} more hints were left out: too long", 1001 - (hints.size() - 1)));
  const std::string note = write_reply({.note = fmt::format("{}\n{}\n", command, std::string(100000, 'n'))});
  CHECK(note.size() <= k_max_reply);
  CHECK(read_reply(note).value().note == command + "\n1 more line was left out: too long");
}

TEST_CASE("protocol: 10,000 random and 10,000 mutated messages are read as nothing or as one request",
          "[privilege]") {
  std::mt19937 random{4711};
  std::vector<std::string> models;
  for (const Request& request : all_requests())
    models.push_back(write_request(request).value());
  unsigned refused = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string message;
    if (i % 2 == 0)
      for (std::size_t left = random() % 200; left > 0; --left)
        message += static_cast<char>(random());
    else
      message = models[random() % models.size()];
    for (std::size_t left = 1 + random() % 3; i % 2 == 1 && left > 0; --left) {
      const std::size_t at = random() % message.size();
      if (random() % 2 == 0)
        message[at] = static_cast<char>(random());
      else
        message.insert(at, 1, static_cast<char>(random()));
    }
    const auto read = read_request(message, k_caller);
    refused += read ? 0U : 1U;
    if (read && write_request(read.value()).value() != message)
      FAIL("read in two ways: " << message);
    (void)read_reply(message);
  }
  CHECK(refused > 15000);
}
