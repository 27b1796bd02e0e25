#include "config/policy.hpp"
#include "config/qemu_bridges.hpp"
#include "support/catch.hpp"

#include <map>

using namespace vdeup;
using namespace vdeup::config;

namespace {

using Files = std::map<std::string, std::string>;

Policy::Reader reader_of(Files files) {
  return [files = std::move(files)](const std::string& path) -> Result<std::optional<std::string>> {
    const auto file = files.find(path);
    return file == files.end() ? std::optional<std::string>{} : std::optional{file->second};
  };
}

Policy policy_of(const std::string& text) {
  return Policy::read("/policy", reader_of({{"/policy", text}})).value();
}

std::string error_of(const Files& files) {
  auto policy = Policy::read("/policy", reader_of(files));
  REQUIRE(!policy);
  return policy.error().message();
}

const Identity k_root{0, 0, "root"}; // whose group is called root everywhere
const Identity k_user{4242, 4242, "nosuchuser"};

Verdict::Kind kind(const Policy& policy, const Identity& user, const std::string& bridge, Right right) {
  return policy.evaluate(user, IfName::parse(bridge).value(), right).kind;
}

using Kind = Verdict::Kind;

} // namespace

TEST_CASE("policy: what no line allows is not allowed", "[config]") {
  for (const char* text : {"", "# allow all bridge * all\n", "allow user other bridge * all\n",
                           "allow all bridge br1 all\n", "allow all bridge br0 bridge,nic,nat\n"}) {
    INFO(text);
    CHECK(kind(policy_of(text), k_user, "br0", Right::tap) == Kind::silent);
  }
}

TEST_CASE("policy: a line holds for its user, group, bridge and rights alone", "[config]") {
  const Policy policy = policy_of("allow user nosuchuser bridge br0 tap\n"
                                  "allow group root bridge * bridge,nat\n"
                                  // a tab, blanks, and no line end at the last line
                                  "\tallow   all bridge br9 nic");
  CHECK(kind(policy, k_user, "br0", Right::tap) == Kind::allowed);
  CHECK(kind(policy, k_user, "br0", Right::bridge) == Kind::silent);
  CHECK(kind(policy, k_user, "br1", Right::tap) == Kind::silent);
  CHECK(kind(policy, k_root, "br1", Right::nat) == Kind::allowed);
  CHECK(kind(policy, k_root, "br0", Right::tap) == Kind::silent);
  CHECK(kind(policy, k_root, "br9", Right::nic) == Kind::allowed);
  CHECK(kind(policy, k_user, "br9", Right::nic) == Kind::allowed);
}

TEST_CASE("policy: a line that denies beats all that allow, wherever it stands", "[config]") {
  for (const char* text : {"deny all bridge br0 tap\nallow user nosuchuser bridge br0 all\n",
                           "allow user nosuchuser bridge br0 all\ndeny all bridge * tap\n"}) {
    INFO(text);
    const Verdict verdict = policy_of(text).evaluate(k_user, IfName::parse("br0").value(), Right::tap);
    CHECK(verdict.kind == Kind::denied);
    CHECK(verdict.reason.find(std::string{text}.starts_with("deny") ? "line 1 of" : "line 2 of") == 0);
    CHECK(kind(policy_of(text), k_user, "br0", Right::bridge) == Kind::allowed);
  }
}

TEST_CASE("policy: a bridge that is named is told from one that a star covers", "[config]") {
  const Policy policy = policy_of("allow all bridge * all\nallow all bridge br0 tap\n");
  CHECK(policy.evaluate(k_user, IfName::parse("br1").value(), Right::tap).by_wildcard);
  CHECK(!policy.evaluate(k_user, IfName::parse("br0").value(), Right::tap).by_wildcard);
  CHECK(policy.evaluate(k_user, IfName::parse("br0").value(), Right::bridge).by_wildcard);
}

TEST_CASE("policy: the largest number of TAPs that a line allows is the limit", "[config]") {
  CHECK(policy_of("").tap_limit(k_user) == 16);
  CHECK(policy_of("allow all bridge br0 tap taps=3\nallow all bridge br1 tap taps=2\n").tap_limit(k_user) ==
        3);
  CHECK(policy_of("allow all bridge br0 tap taps=0\n").tap_limit(k_user) == 0);
  CHECK(policy_of("allow user other bridge br0 tap taps=99\n").tap_limit(k_user) == 16);
}

TEST_CASE("policy: TAPs at all are for whom a line allows them on some bridge", "[config]") {
  CHECK(policy_of("").evaluate_anywhere(k_user, Right::tap).kind == Kind::silent);
  CHECK(policy_of("allow all bridge br0 bridge\n").evaluate_anywhere(k_user, Right::tap).kind ==
        Kind::silent);
  CHECK(policy_of("allow all bridge br0 tap\ndeny all bridge br1 tap\n")
            .evaluate_anywhere(k_user, Right::tap)
            .kind == Kind::allowed);
  CHECK(policy_of("allow all bridge br0 tap\ndeny user nosuchuser bridge * all\n")
            .evaluate_anywhere(k_user, Right::tap)
            .kind == Kind::denied);
}

TEST_CASE("policy: a line that is not understood spoils the whole policy, and is named", "[config]") {
  const std::string line =
      GENERATE(as<std::string>{}, "permit all bridge br0 tap", "allow", "allow everybody bridge br0 tap",
               "allow user", "allow user acue", "allow user acue br0 tap", "allow all bridge",
               "allow all bridge br0", "allow all bridge a/b tap", "allow all bridge br0 taps",
               "allow all bridge br0 ,", "allow all bridge br0 tap taps=", "allow all bridge br0 tap taps=-1",
               "allow all bridge br0 tap taps=5000", "allow all bridge br0 bridge taps=5",
               "deny all bridge br0 tap taps=5", "allow all bridge br0 tap taps=5 more", "include",
               "include /a /b", "allow all bridge sixteen_letters_ tap");
  INFO(line);
  CHECK(error_of({{"/policy", "allow all bridge * all\n" + line + "\n"}}).find("line 2 of /policy") !=
        std::string::npos);
}

TEST_CASE("policy: includes are read in their place, have to exist, and end", "[config]") {
  const Files files{{"/policy", "include /more\n"}, {"/more", "\ndeny all bridge br0 tap\n"}};
  const auto policy = Policy::read("/policy", reader_of(files));
  REQUIRE(policy);
  CHECK(policy.value().evaluate(k_user, IfName::parse("br0").value(), Right::tap).reason ==
        "line 2 of /more");
  CHECK(error_of({{"/policy", "include /none\n"}}).find("no such file") != std::string::npos);
  CHECK(error_of({{"/policy", "include /policy\n"}}).find("32 files") != std::string::npos);
}

TEST_CASE("policy: QEMU's list of bridges is read as QEMU reads it", "[config]") {
  const IfName br0 = IfName::parse("br0").value();
  const auto read = [](const Files& files) { return QemuBridges::read("/b", reader_of(files)); };
  CHECK(read({{"/b", "# all\nallow br0\n"}}).evaluate(br0).kind == Kind::allowed);
  CHECK(read({{"/b", "allow all\n"}}).evaluate(br0).kind == Kind::allowed);
  CHECK(read({{"/b", "allow br1\n"}}).evaluate(br0).kind == Kind::silent);
  CHECK(read({{"/b", "deny br0\nallow all\n"}}).evaluate(br0).kind == Kind::denied);
  CHECK(read({{"/b", "include /mine\n"}, {"/mine", "allow br0\n"}}).evaluate(br0).kind == Kind::allowed);
  CHECK(read({{"/b", "include /not_mine\nallow br0\n"}}).evaluate(br0).kind == Kind::allowed);
  CHECK(read({{"/b", "allow br0\ngarbage\n"}}).evaluate(br0).kind == Kind::silent);
  CHECK(!read({{"/b", "allow br0\ninclude /b\n"}}).allows_any());
  CHECK(!read({}).allows_any());
}

TEST_CASE("policy: QEMU's list of bridges allows nothing if a part of it cannot be trusted", "[config]") {
  const auto [kind, allows] = GENERATE(table<ErrorKind, bool>({
      {ErrorKind::refused, false},      // others can write to it, a link leads to it, it is too large
      {ErrorKind::not_permitted, true}, // it is for other users
  }));
  const Policy::Reader reader = [kind = kind](const std::string& path) -> Result<std::optional<std::string>> {
    if (path == "/part")
      return fail(Error{kind, "cannot read it", {}, {}});
    return std::optional<std::string>{"allow br0\ninclude /part\n"};
  };
  CHECK(QemuBridges::read("/b", reader).allows_any() == allows);
}
