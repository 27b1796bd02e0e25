#include "cli/options.hpp"
#include "launch/program.hpp"
#include "support/catch.hpp"

using namespace vdeup;
using namespace vdeup::cli;
using namespace vdeup::launch;

TEST_CASE("options: stand before or after the command, which is read in any letter case", "[cli]") {
  const auto before = parse_arguments({"-u", "acue", "-b", "br0", "CREATE"});
  const auto after = parse_arguments({"create", "-bbr0", "-u", "acue"});
  for (const auto* call : {&before, &after}) {
    REQUIRE(*call);
    CHECK(call->value().command == CommandWord::create);
    CHECK(call->value().choice.user == "acue");
    CHECK(call->value().bridge == "br0");
  }
  CHECK(parse_arguments({}).value().command == CommandWord::info);
}

TEST_CASE("options: run leaves everything after its own options to the program", "[cli]") {
  const std::vector<std::string> program{"qemu", "-b", "x", "--json", "--"};
  CHECK(parse_arguments({"run", "-f", "qemu", "-b", "x", "--json", "--"}).value().program == program);
  CHECK(parse_arguments({"-f", "run", "--", "qemu", "-b", "x", "--json", "--"}).value().program == program);
  CHECK(parse_arguments({"run", "-b", "br0", "-f", "--", "-odd"}).value().program ==
        std::vector<std::string>{"-odd"});
}

TEST_CASE("options: what is wrong is named", "[cli]") {
  using Words = std::vector<std::string>;
  const auto words = GENERATE(Words{"creat"}, Words{"create", "cancel"}, Words{"--dry-rum", "create"},
                              Words{"-q"}, Words{"create", "-b"}, Words{"run"}, Words{"create", "--bridge"},
                              Words{"--json=1"}, Words{""});
  CAPTURE(words);
  const auto call = parse_arguments(words);
  REQUIRE_FALSE(call);
  CHECK(call.error().kind() == ErrorKind::usage);
  CHECK_FALSE(call.error().message().empty());
}

TEST_CASE("options: a typing error gets a suggestion", "[cli]") {
  CHECK(parse_arguments({"creat"}).error().hints().text() == "did you mean 'create'?");
}

TEST_CASE("wrappers: the name chooses the program", "[cli]") {
  CHECK(called_as("/usr/bin/vdeqemu") == "vdeqemu");
  CHECK_FALSE(is_wrapper("vdeup"));
  CHECK(is_wrapper("vdeq"));
  CHECK(wrapped_line("vdeq", {"sh", "-c", "x"}).value() == std::vector<std::string>{"sh", "-c", "x"});
  CHECK_FALSE(wrapped_line("vdeq", {}));
  CHECK(wrapped_line("vdesh", {"-c"}).value() == std::vector<std::string>{"sh", "-c"});
  CHECK(qemu_architecture("x86_64") == "x86_64");
  CHECK(qemu_architecture("i686") == "i386");
}
