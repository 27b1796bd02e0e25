// What programs read, -X and --json, is held to files: tests/cases/terse/CASE and tests/cases/json/CASE, each
// with
//
//   command   the line whose answer is looked at; vdeup is the program under test, bin its directory
//   before    lines that are run first, where there is something to prepare
//   vms       VMs that are attached then, a line `NAME MAC` for each
//   taps      VMs that have a TAP of their own then, the same
//   expected  the answer, after what is volatile has gone through the filter in golden.hpp
//
// VDEUP_WRITE_CASES=1 in the environment writes `expected` anew; look at the difference before committing it.

#include "page/golden.hpp"
#include "page/page.hpp"
#include "page/schema.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <list>
#include <sstream>

using namespace lab;
using namespace page;
namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<fs::path> cases_of(const std::string& kind) {
  std::vector<fs::path> cases;
  for (const auto& entry : fs::directory_iterator(fs::path{VDEUP_CASES} / kind))
    cases.push_back(entry.path());
  std::sort(cases.begin(), cases.end());
  REQUIRE_FALSE(cases.empty());
  return cases;
}

Finished shell(const std::string& lines) {
  const std::string path = std::string{"PATH="} + bin_directory() + ":" + std::getenv("PATH");
  return run({"sh", "-ec", lines}, {.environment = {path, "bin=" + bin_directory()}});
}

/// Bring the host into the state of a case, run its command, and clean up.
std::string answer_of(const fs::path& directory) {
  require_good(shell(read(directory / "before")));
  std::list<Running> vms;
  std::istringstream lines{read(directory / "vms")};
  for (std::string name, mac; lines >> name >> mac;)
    vms.push_back(start_vm(name, {"-nic", "vde,mac=" + mac}));
  std::istringstream lanes{read(directory / "taps")};
  for (std::string name, mac; lanes >> name >> mac;)
    vms.push_back(start_vm(name, {"-nic", "vde,mac=" + mac}, {}, {"--lane", "tap"}));
  const auto done = shell(read_file(directory / "command"));
  INFO(done.err);
  CHECK(done.err.empty()); // what is for programs has nothing beside it
  vms.clear();
  for (const std::string user : {"root", "nobody"})
    (void)run_vdeup({"cancel", "-f", "-u", user});
  for (const std::string bridge : {"ctysbr0", "br0"})
    run({"ip", "link", "delete", bridge});
  clear_files();
  return done.out;
}

void compare(const fs::path& directory, const std::string& got) {
  const fs::path file = directory / "expected";
  if (std::getenv("VDEUP_WRITE_CASES") != nullptr)
    std::ofstream{file} << got;
  INFO("expected:\n" << read(file) << "\ngot:\n" << got);
  CHECK(got == read_file(file));
}

} // namespace

TEST_CASE("golden: -X prints the rows that programs know", "[page]") {
  needs_others();
  for (const fs::path& directory : cases_of("terse")) {
    INFO(directory.filename());
    compare(directory, steady_rows(answer_of(directory)));
  }
}

TEST_CASE("golden: --json prints what is described, on one line", "[page]") {
  needs_others();
  for (const fs::path& directory : cases_of("json")) {
    INFO(directory.filename());
    const std::string text = answer_of(directory);
    CHECK(std::count(text.begin(), text.end(), '\n') == 1);
    boost::json::error_code error;
    const auto answer = boost::json::parse(text, error);
    INFO(text);
    REQUIRE_FALSE(error);
    CHECK(schema_faults(answer) == "");
    compare(directory, pretty(steady_json(answer)) + "\n");
  }
}
