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

TEST_CASE("options: one that has no effect on the command is refused, with the commands that it belongs to",
          "[cli]") {
  struct Case {
    std::vector<std::string> words;
    std::string what;
    std::string hint;
  };
  const auto refused = GENERATE(
      Case{{"create", "-n"},
           "cannot use -n here: it belongs to ports, list and listall",
           "did you mean '--dry-run'?"},
      Case{{"cancel", "-n"},
           "cannot use -n here: it belongs to ports, list and listall",
           "did you mean '--dry-run'?"},
      Case{{"info", "-n"}, "cannot use -n here: it belongs to ports, list and listall", "lists commands"},
      Case{{"list", "--dry-run"},
           "cannot use --dry-run here: it belongs to run, create, cancel and undo",
           "lists"},
      Case{{"cancel", "-i", "eth0"}, "cannot use -i here: it belongs to run and create", "lists"},
      Case{{"create", "--lane", "tap"}, "cannot use --lane here: it belongs to run", "lists"},
      Case{{"create", "--bridge"}, "cannot use --bridge here: it belongs to cancel", "did you mean '-b'?"},
      Case{{"check", "--share", "kvm"}, "cannot use --share here: it belongs to run and create", "lists"},
      Case{{"ports", "-f"}, "cannot use -f here: it belongs to run, create, cancel and undo", "lists"});
  CAPTURE(refused.words);
  const auto call = parse_arguments(refused.words);
  REQUIRE_FALSE(call);
  CHECK(call.error().kind() == ErrorKind::usage);
  CHECK(call.error().message() == refused.what);
  CHECK(call.error().hints().text().find(refused.hint) != std::string::npos);
}

TEST_CASE("options: help is given beside any option, and old scripts have their letters anywhere", "[cli]") {
  CHECK(parse_arguments({"create", "-n", "-h"}));
  CHECK(parse_arguments({"-n", "-H", "LIST"}));
  CHECK(parse_arguments({"list", "-n"}));
  for (const std::string option : {"-n", "-f"})
    for (const std::string command : {"create", "info", "check"})
      CHECK(parse_arguments({command, option}, Dialect::ctys));
  CHECK_FALSE(parse_arguments({"list", "--dry-run"}, Dialect::ctys));
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
