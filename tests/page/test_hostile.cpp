// What a client of a switch calls itself is its own to choose, and reaches people's terminals and programs'
// tables. Here clients attach that mean no good, with libvdeplug, as any VM can.

#include "page/page.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

extern "C" { // the header does not say so itself
#include <libvdeplug.h>
}

#include <algorithm>
#include <memory>
#include <sstream>

using namespace lab;
using namespace page;

namespace {

struct Close {
  void operator()(VDECONN* connection) const { (void)vde_close(connection); }
};
using Client = std::unique_ptr<VDECONN, Close>;

/// Names that could end a row, begin another, or tell a terminal something.
const std::vector<std::string> k_names_of_clients{
    "two\nlines",
    "\x1b[2J\x1b]0;title\a",
    "\x9b"
    "31m\x7f\b\b\b",
    "web|4711|root|0|0|0|0|0|52:54:00:00:00:01",
    "\n99|ghost|1|root|0|0|0|0|0|",
    "x\n.\n1000 Success\n",
    "x\n.\n1000 Success\n\nvde$ ",
    "x\nPort 0077 untagged_vlan=0000 ACTIVE\n",
    "x\n -- endpoint ID 0001 module unix prog : ghost",
    "x\n -- endpoint ID 0001 module tuntap : tap77",
    "x\nPort 0078 A\n -- endpoint ID 0001 module tuntap : tap78",
    std::string(200, 'A'),
    "caf\xc3\xa9 \xff\xfe",
    "\"quoted\", {\"json\": 1}",
    "",
    " \t ",
};

Client attach(const std::string& name) {
  std::string url = "vde://" + k_dir;
  std::string text = name;
  Client client{vde_open(url.data(), text.data(), nullptr)};
  REQUIRE(client);
  return client;
}

bool is_harmless(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c < 127); });
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

/// True if the switch has a connection, be it one whose other end has gone.
bool has_connection() {
  const std::string sockets = run({"ss", "-Hx", "state", "connected"}).out;
  return sockets.find(k_dir + "/ctl") != std::string::npos || sockets.find(k_mgmt) != std::string::npos;
}

/// Wait until the switch has noticed the end of the client before. It is left alone until then:
/// vde_switch 2.3.2 mixes up its clients when one connection ends in the moment in which another begins, and
/// keeps the port for ever.
void wait_for_free_port() {
  REQUIRE(eventually([] { return !has_connection(); }));
  REQUIRE(lines_of(run_vdeup({"ports", "-X"}).out).size() == 1);
  REQUIRE(eventually([] { return !has_connection(); }));
}

/// The TAP's row and one for the client: whatever it is called, it is one.
void check_answers() {
  const std::string table = run_vdeup({"ports", "-n"}).out;
  const std::string rows = run_vdeup({"ports", "-X"}).out;
  const std::string json = run_vdeup({"ports", "--json"}).out;
  CAPTURE(table, rows, json);
  CHECK(is_harmless(table + rows + json));
  CHECK(lines_of(table).size() == 2);
  REQUIRE(lines_of(rows).size() == 2);
  CHECK(lines_of(rows)[0].starts_with("1|tap0||"));
  CHECK(lines_of(rows)[1].starts_with("2|"));
  for (const std::string& row : lines_of(rows))
    CHECK(std::count(row.begin(), row.end(), '|') == 9);
  CHECK(lines_of(json).size() == 1);
  boost::json::error_code error;
  const auto answer = boost::json::parse(json, error);
  REQUIRE_FALSE(error);
  const auto& ports = answer.as_object().at("ports").as_array();
  REQUIRE(ports.size() == 2);
  CHECK(ports[1].as_object().at("endpoints").as_array().size() == 1);
}

/// It is there, so that cancel is refused; and it does not make a sound network unsound.
void check_other_commands() {
  const auto cancel = run_vdeup({"cancel"});
  INFO(cancel.err);
  CHECK(cancel.status == 1);
  CHECK(is_harmless(cancel.err));
  CHECK(lines_of(cancel.err).size() == 2); // the error and its hint
  const auto check = run_vdeup({"check"});
  INFO(check.out << check.err);
  CHECK(check.status == 0);
  CHECK(is_harmless(check.out + check.err));
  const auto info = run_vdeup({"info"});
  INFO(info.out);
  CHECK(info.out.find("clients      1 of ") != std::string::npos);
  CHECK(is_harmless(info.out + run_vdeup({"info", "--json"}).out));
}

} // namespace

TEST_CASE("hostile: a client is one row, whatever it calls itself", "[page]") {
  needs_root();
  require_good(run_vdeup({"create"}));
  for (const std::string& name : k_names_of_clients) {
    CAPTURE(name);
    wait_for_free_port();
    const Client client = attach(name);
    check_answers();
  }
}

TEST_CASE("hostile: no command breaks on what a client calls itself", "[page]") {
  needs_root();
  require_good(run_vdeup({"create"}));
  for (const std::string& name : k_names_of_clients) {
    CAPTURE(name);
    wait_for_free_port();
    const Client client = attach(name);
    check_other_commands();
  }
  wait_for_free_port();
  require_good(run_vdeup({"cancel", "--bridge"}));
}

TEST_CASE("hostile: a TAP that a client invents is not taken for the switch's", "[page]") {
  needs_root();
  require_good(run({"ip", "tuntap", "add", "tap77", "mode", "tap"}));
  require_good(run_vdeup({"create"}));
  kill_switch();
  // A switch without a TAP: the only one that its console names is the client's invention.
  require_good(run({"vde_switch", "-d", "-s", k_dir, "-M", k_mgmt, "--mgmtmode", "0600", "-m", "0600"}));
  REQUIRE(eventually([] { return run_vdeup({"info"}).status == 0; }));
  const Client client = attach("x\n -- endpoint ID 0001 module tuntap    : tap77");
  settle();
  const std::string tap = link("tap77");
  CHECK(run_vdeup({"info", "-X"}).out.find("tap77") == std::string::npos);
  CHECK(run_vdeup({"create"}).status == 1); // a VM is attached to what has to be replaced
  require_good(run_vdeup({"cancel", "-f"}));
  CHECK(link("tap77") == tap);
}
