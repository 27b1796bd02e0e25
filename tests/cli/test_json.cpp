#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

using namespace lab;
namespace json = boost::json;

namespace {

using Names = std::set<std::string>;

void collect_members(const json::value& value, Names& names) {
  if (const auto* array = value.if_array())
    for (const json::value& element : *array)
      collect_members(element, names);
  if (const auto* object = value.if_object())
    for (const auto& member : *object) {
      names.insert(std::string{member.key()});
      collect_members(member.value(), names);
    }
}

/// The answer of a command, which has to be one object on one line that begins as the schema says.
json::object answer(std::vector<std::string> words) {
  words.insert(words.begin(), "--json");
  const auto done = run_vdeup(words);
  INFO(done.out << done.err);
  REQUIRE(done.out.find('\n') == done.out.size() - 1);
  const json::value value = json::parse(done.out.substr(0, done.out.size() - 1));
  REQUIRE(value.is_object());
  CHECK(done.out.starts_with(R"({"vdeup":1,"command":")"));
  return value.as_object();
}

/// The members that vdeup(1) describes: what is marked as literal in its section on JSON.
Names documented_members() {
  const std::string path = run_vdeup({"-H"}, {.environment = {"CTYS_MANVIEWER="}}).out;
  std::ifstream file{path.substr(0, path.find('\n'))};
  Names names;
  bool is_in_section = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(".Sh"))
      is_in_section = line == ".Sh JSON OUTPUT";
    if (!is_in_section || !(line.starts_with(".Li ") || line.starts_with(".It Li ")))
      continue;
    std::istringstream words{line.substr(line.find("Li ") + 3)};
    for (std::string word; words >> word;)
      if (word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos)
        names.insert(word);
  }
  return names;
}

} // namespace

TEST_CASE("json: vdeup(1) describes each member of each answer, and no others", "[cli]") {
  const std::string vm = bin_directory() + "/fake_vm";
  Names got;
  const auto ask = [&got](const std::vector<std::string>& words) { collect_members(answer(words), got); };
  ask({"check"}); // with a fault
  for (const char* line :
       {"ip link add eth0 type veth peer name eth1", "ip link set eth0 up", "ip link set eth1 up"})
    REQUIRE(run(to_words(line)).status == 0);
  ask({"create", "-i", "eth0", "--persist"});
  ask({"create", "-i", "eth0"});
  REQUIRE(run_vdeup({"cancel"}).status == 0);
  ask({"undo"});
  (void)run({"ip", "link", "delete", "eth0"});
  ask({"create", "--dry-run"});
  ask({"create"});
  (void)run({"ip", "address", "add", "192.0.2.1/24", "dev", "ctysbr0"}); // it answers the probe of check
  {
    Running attached{{bin_directory() + "/vdeup", "run", "--", vm, "-name", "web"}};
    REQUIRE(attached.wait_for("VM pid="));
    Running on_tap{{bin_directory() + "/vdeup", "run", "--lane", "tap", "--", vm, "-name", "fast"}};
    REQUIRE(on_tap.wait_for("VM pid="));
    for (const char* command : {"info", "ports", "check", "list", "listall"})
      ask({command});
  }
  ask({"run", "--dry-run", vm});
  ask({"cancel", "--bridge"});

  const Names documented = documented_members();
  REQUIRE(documented.size() > 10);
  const auto without = [](const Names& all, const Names& some) {
    Names rest;
    std::set_difference(all.begin(), all.end(), some.begin(), some.end(), std::inserter(rest, rest.end()));
    return rest;
  };
  CHECK(without(got, documented) == Names{});
  CHECK(without(documented, got) == Names{});
}
