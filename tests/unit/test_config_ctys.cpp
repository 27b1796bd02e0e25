#include "config/ctys_definition.hpp"
#include "config/ctys_file.hpp"
#include "support/catch.hpp"

using namespace vdeup;
using namespace vdeup::config;

TEST_CASE("ctys: the content tells what a file is, and not its name", "[config]") {
  CHECK(recognise_ctys("#@#MAGICID-QEMU\nLABEL=x\n") == CtysContent::definition);
  CHECK(recognise_ctys("#!/bin/bash\n  #@#MAGICID-QEMU = \"\"\n\texport MEMSIZE=512") ==
        CtysContent::definition);
  CHECK(recognise_ctys("#@#MAGICID-QEMU\n# eval, --console and CTYS_LIBPATH in a comment\nLABEL=x\n") ==
        CtysContent::definition);
  CHECK(recognise_ctys("#@#MAGICID-QEMU\nLABEL=x\neval \"$EXECALL\"\n") == CtysContent::wrapper);
  CHECK(recognise_ctys("LABEL=x\ncase $1 in --console=*) ;; esac\n") == CtysContent::wrapper);
  CHECK(recognise_ctys("LABEL=x\n") == CtysContent::other);
  CHECK(recognise_ctys("#@#MAGICID-QEMU\necho LABEL=x\nSOMETHING=x\n") == CtysContent::other);
  CHECK(recognise_ctys("") == CtysContent::other);
}

TEST_CASE("ctys: metadata is the first line with its key", "[config]") {
  const std::string_view text =
      "#@#MACX = \"1\"\n  #@#MAC\t=\t'2 3' \r\n#@#MAC=4\n#@#EMPTY = \"\"\n#@#FLAG\nMAC=5\n";
  CHECK(ctys_metadata(text, "MAC") == "2 3");
  CHECK(ctys_metadata(text, "MACX") == "1");
  CHECK(ctys_metadata(text, "EMPTY") == "");
  CHECK_FALSE(ctys_metadata(text, "FLAG"));
  CHECK_FALSE(ctys_metadata(text, "LABEL"));
  CHECK(ctys_metadata("#@#X = \"$(id) `id` $X\"", "X") == "$(id) `id` $X");
}

TEST_CASE("ctys: a variable that is set, though empty, comes before the metadata", "[config]") {
  const auto definition =
      make_ctys_definition("/x", "#@#LABEL = a\n#@#MAC0 = b\n#@#NIC = c\n", {{"MAC0", ""}});
  CHECK(definition.get("LABEL") == "a");
  CHECK(definition.get("MAC0").empty());
  CHECK(definition.get("NIC").empty()); // the wrapper takes it from the variable alone
}

TEST_CASE("ctys: what bash prints counts only between its marks", "[config]") {
  const auto read = [](std::string_view text) { return parse_ctys_variables(text, "/x"); };
  using namespace std::string_view_literals;
  CHECK(read("vdeup-ctys-begin\0A=1\0B=x=\ny\0vdeup-ctys-end\0C=3\0"sv).value() ==
        CtysVariables{{"A", "1"}, {"B", "x=\ny"}});
  for (const auto text :
       {""sv, "A=1\0"sv, "vdeup-ctys-begin\0"sv, "vdeup-ctys-begin\0A=1\0"sv,
        "vdeup-ctys-begin\0A\0vdeup-ctys-end\0"sv, "x\0vdeup-ctys-begin\0vdeup-ctys-end\0"sv})
    CHECK_FALSE(read(text));
}

TEST_CASE("ctys: consoles and boot modes are read in any letter case", "[config]") {
  CHECK(parse_ctys_console("gterm").value() == CtysConsole::cli);
  CHECK(parse_ctys_console("None").value() == CtysConsole::none);
  CHECK_FALSE(parse_ctys_console(""));
  CHECK_FALSE(parse_ctys_console("X\n"));
  CHECK(parse_ctys_boot("vhdd").value().mode == CtysBoot::Mode::hdd);
  CHECK(parse_ctys_boot("HDD%/a%b").value().image == "/a%b");
  CHECK_FALSE(parse_ctys_boot("HD%/a"));
  CHECK_FALSE(parse_ctys_boot("%/a"));
}
