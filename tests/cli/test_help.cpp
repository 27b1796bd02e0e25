#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <filesystem>
#include <fstream>

using namespace lab;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

/// Run `vdeup -H …` without the viewers of whoever runs this test, but with those in `environment`.
Finished help(Words words, const Words& environment = {}) {
  Words all{"CTYS_MANVIEWER=", "CTYS_HTMLVIEWER=", "CTYS_PDFVIEWER=", "BROWSER="};
  all.insert(all.end(), environment.begin(), environment.end());
  return run_vdeup(std::move(words), {.environment = all});
}

/// The path that a call prints, which has to be a file's.
std::string printed_path(const Words& words) {
  const auto done = help(words);
  INFO(done.out << done.err);
  REQUIRE(done.status == 0);
  REQUIRE(done.out.ends_with('\n'));
  std::string path = done.out.substr(0, done.out.size() - 1);
  REQUIRE(fs::is_regular_file(path));
  return path;
}

void needs_all_forms() {
  if (help({"-H", "HTML"}).status == 2)
    skip("mandoc was not installed when vdeup was built");
}

/// A program that prints its arguments, one a line, and ends with status 7.
std::string make_viewer(const std::string& name) {
  const std::string path = "/var/tmp/" + name;
  std::ofstream{path} << "#!/bin/sh\nprintf '<%s>\\n' \"$@\"\nexit 7\n";
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

/// A vdeup of its own under /var/tmp/other, with one man page and nothing else.
struct BareInstallation {
  fs::path vdeup = "/var/tmp/other/bin/vdeup";
  fs::path page;

  BareInstallation() {
    const fs::path ours = printed_path({"-H"});
    page = (vdeup.parent_path() / fs::relative(ours, bin_directory())).lexically_normal();
    fs::create_directories(vdeup.parent_path());
    fs::create_directories(page.parent_path());
    fs::copy_file(bin_directory() + "/vdeup", vdeup);
    fs::copy_file(ours, page);
  }

  [[nodiscard]] Finished run(Words words) const {
    words.insert(words.begin(), vdeup);
    return lab::run(words, {.environment = {"CTYS_MANVIEWER=", "CTYS_PDFVIEWER="}});
  }
};

} // namespace

TEST_CASE("help: without a viewer the path of the manual is printed", "[help]") {
  CHECK(printed_path({"-H"}).ends_with("/man1/vdeup.1"));
  CHECK(printed_path({"-H", "vdeup.conf"}).ends_with("/man5/vdeup.conf.5"));
  CHECK(printed_path({"-H", "MAN=vdeqemu"}).ends_with("/man1/vdeq.1"));
  CHECK(printed_path({"create", "-H"}).ends_with("/man1/vdeup.1"));
}

TEST_CASE("help: without a viewer HTML and PDF are printed as paths, too", "[help]") {
  needs_all_forms();
  CHECK(printed_path({"-H", "HTML"}).ends_with("/html/vdeup.1.html"));
  CHECK(printed_path({"-H", "pdf=ctys-setupVDE"}).ends_with("/pdf/ctys-setupVDE.1.pdf"));
}

TEST_CASE("help: ctys-setupVDE shows its own page where none is named", "[help]") {
  const auto done = run({bin_directory() + "/ctys-setupVDE", "-H"}, {.environment = {"CTYS_MANVIEWER="}});
  CHECK(done.status == 0);
  CHECK(done.out.ends_with("/man1/ctys-setupVDE.1\n"));
}

TEST_CASE("help: the viewer of each form comes from the environment, and takes our place", "[help]") {
  needs_all_forms();
  const std::string viewer = make_viewer("viewer");
  const auto shows = [&](const std::string& topic, const std::string& variable) {
    CAPTURE(topic, variable);
    const auto done = help({"-H", topic}, {variable + "=" + viewer + "  -a 'b"});
    CHECK(done.status == 7);
    CHECK(done.out == "<-a>\n<'b>\n<" + printed_path({"-H", topic}) + ">\n");
  };
  shows("MAN", "CTYS_MANVIEWER");
  shows("HTML", "CTYS_HTMLVIEWER");
  shows("HTML", "BROWSER");
  shows("PDF=vdeq", "CTYS_PDFVIEWER");
}

TEST_CASE("help: CTYS_HTMLVIEWER wins over BROWSER, and of BROWSER the first counts", "[help]") {
  needs_all_forms();
  const std::string viewer = make_viewer("viewer");
  CHECK(help({"-H", "HTML"}, {"CTYS_HTMLVIEWER=" + viewer, "BROWSER=/no/such"}).status == 7);
  CHECK(help({"-H", "HTML"}, {"BROWSER=" + viewer + ":/no/such"}).status == 7);
}

TEST_CASE("help: on a terminal man(1) shows man pages", "[help]") {
  fs::create_directory("/var/tmp/bin");
  make_viewer("bin/man");
  const std::string line = "PATH=/var/tmp/bin:$PATH CTYS_MANVIEWER= " + bin_directory() + "/vdeup -H vdeq";
  const auto done = run({"script", "--quiet", "--return", "--command", line, "/dev/null"});
  INFO(done.out << done.err);
  CHECK(done.status == 7);
  CHECK(done.out == "<-l>\r\n<" + printed_path({"-H", "vdeq"}) + ">\r\n");
}

TEST_CASE("help: a viewer that cannot be run is named with its variable", "[help]") {
  const auto gone = help({"-H"}, {"CTYS_MANVIEWER=/no/such/viewer -x"});
  CHECK(gone.status == 2);
  CHECK(gone.out.empty());
  CHECK(gone.err.find("'/no/such/viewer': there is no such program") != std::string::npos);
  CHECK(gone.err.find("hint: CTYS_MANVIEWER names it") != std::string::npos);
  CHECK(help({"-H"}, {"CTYS_MANVIEWER=/etc/passwd"}).status == 2);
}

TEST_CASE("help: LIST has a row for each manual that is there", "[help]") {
  const auto rows = help({"-X", "-H", "LIST"});
  CHECK(rows.status == 0);
  CHECK(rows.out.find("vdekvm(1)|man|" + printed_path({"-H", "vdekvm"}) + "\n") != std::string::npos);
  const auto table = help({"-H", "list"});
  CHECK(table.out.starts_with("page "));
  const std::string headless = help({"-n", "-H", "list"}).out;
  CHECK(headless.starts_with("vdeup(1) "));
  CHECK(table.out.ends_with(headless));
}

TEST_CASE("help: HELP names every page and every variable", "[help]") {
  const auto done = help({"-H", "HELP"});
  CHECK(done.status == 0);
  for (const char* word : {"vdeup.conf", "ctys-setupVDE", "vdekvm", "LIST", "HTML", "CTYS_MANVIEWER",
                           "CTYS_HTMLVIEWER", "BROWSER", "CTYS_PDFVIEWER"})
    CHECK(done.out.find(word) != std::string::npos);
}

TEST_CASE("help: an unknown topic is a mistake of the caller", "[help]") {
  const auto done = help({"-H", "vdeupp\n"});
  CHECK(done.status == 1);
  CHECK(done.out.empty());
  CHECK(done.err.find("there is no manual 'vdeupp\\x0a'") != std::string::npos);
  CHECK(done.err.find("did you mean 'vdeup'?") != std::string::npos);
  CHECK(help({"run", "-H", "HTML=nothing-like-it"}).status == 1);
}

TEST_CASE("help: a manual that was not built is missing, and the others are still found", "[help]") {
  const BareInstallation bare;
  CHECK(bare.run({"-H", "MAN"}).out == bare.page.string() + "\n");
  CHECK(bare.run({"-X", "-H", "LIST"}).out == "vdeup(1)|man|" + bare.page.string() + "\n");
  const auto done = bare.run({"-H", "PDF"});
  CHECK(done.status == 2);
  CHECK(done.err.find("cannot show vdeup(1) as pdf: there is no /var/tmp/") != std::string::npos);
  CHECK(done.err.find("install mandoc") != std::string::npos);
}

TEST_CASE("help: a man page that a distribution has packed is found", "[help]") {
  const BareInstallation bare;
  fs::rename(bare.page, bare.page.string() + ".gz");
  CHECK(bare.run({"-H"}).out == bare.page.string() + ".gz\n");
  fs::remove(bare.page.string() + ".gz");
  CHECK(bare.run({"-H"}).status == 2);
  CHECK(bare.run({"-H", "LIST"}).status == 2);
}
