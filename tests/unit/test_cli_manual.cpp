#include "cli/manual.hpp"
#include "support/catch.hpp"

using namespace vdeup;
using namespace vdeup::cli;

namespace {

/// A topic as `file form`, or the word for what else it is.
std::string read(std::string_view topic, std::string_view own_page = "vdeup") {
  const auto read = parse_help_topic(topic, own_page);
  if (!read)
    return "error: " + read.error().hints().text();
  if (read.value().kind == HelpTopic::Kind::list)
    return "list";
  if (read.value().kind == HelpTopic::Kind::help)
    return "help";
  return std::string{read.value().page.file} + " " + std::string{form_text(read.value().form)};
}

} // namespace

TEST_CASE("manual: a page has several spellings, in any letter case", "[cli]") {
  for (const char* topic : {"vdeup.conf", "VDEUP.CONF", "vdeup.conf(5)", "vdeup.conf.5"})
    CHECK(read(topic) == "vdeup.conf.5 man");
  for (const char* topic : {"ctys-setupVDE", "CTYS-SETUPVDE(1)", "ctys-setupvde.1"})
    CHECK(read(topic) == "ctys-setupVDE.1 man");
  CHECK(read("vdekvm") == "vdeq.1 man");
}

TEST_CASE("manual: a command leads to the page of vdeup, also from the 2010 tool", "[cli]") {
  CHECK(read("create", "ctys-setupVDE") == "vdeup.1 man");
  CHECK(read("Run", "ctys-setupVDE") == "vdeup.1 man");
}

TEST_CASE("manual: a form without a page is one's own page in it", "[cli]") {
  CHECK(read("", "ctys-setupVDE") == "ctys-setupVDE.1 man");
  CHECK(read("html", "ctys-setupVDE") == "ctys-setupVDE.1 html");
  CHECK(read("PDF=") == "vdeup.1 pdf");
  CHECK(read("Man=vdeq") == "vdeq.1 man");
  CHECK(read("HTML=LISTALL") == "vdeup.1 html");
}

TEST_CASE("manual: LIST and HELP are no pages", "[cli]") {
  CHECK(read("list") == "list"); // and not the page with the command of that name
  CHECK(read("Help") == "help");
}

TEST_CASE("manual: what is unknown gets the nearest word, and none where none is near", "[cli]") {
  CHECK(read("vdeqemo") == "error: did you mean 'vdeqemu'?");
  CHECK(read("HTM") == "error: did you mean 'HTML'?");
  CHECK(read("HTML=creat") == "error: did you mean 'create'?");
  CHECK(read("vdeup(5)") == "error: did you mean 'vdeup(1)'?");
  CHECK(read("=vdeup").starts_with("error: "));
  CHECK(read("elephants") == "error: `-H HELP` says what -H takes, `-H LIST` which manuals there are");
}
