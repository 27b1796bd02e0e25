#include "privilege/request_table.hpp"

#include "model/interpret.hpp"
#include "privilege/privilege_lab.hpp"

#include <fmt/format.h>

#include <regex>
#include <sstream>

namespace privilege_lab {
namespace {

const std::string k_dir = hexadecimal("/var/tmp/vde_switch0.acue");

std::vector<RequestRow> make_table() {
  const std::string address =
      vdeup::bridge_address(vdeup::IfName::parse("ctysbr0").value(), k_machine_id).str();
  const std::string create_bridge = "create-bridge ctysbr0 " + address + " 1500 -";
  const std::string mark_bridge = "mark-bridge ctysbr0 " + address + " -";
  const std::string create_tap = "create-tap tap0 1500 " + k_dir;
  const std::string open_tap = "open-tap mine 1500 {} x766d 52:54:00:00:00:01 " + k_dir;
  return {{.request = "hello"},
          {.request = "may-tap mine"},
          {.request = create_bridge, .completed_by = mark_bridge},
          {.request = mark_bridge, .world = {"ip link add ctysbr0 address " + address + " type bridge"}},
          {.request = "delete-bridge ctysbr0 -", .requests = {create_bridge}},
          {.request = "set-up ctysbr0", .requests = {create_bridge}},
          {.request = "set-down ctysbr0", .requests = {create_bridge, "set-up ctysbr0"}},
          {.request = create_tap},
          {.request = "delete-tap tap0 " + k_dir, .requests = {create_tap}},
          {.request = "set-up tap0", .requests = {create_tap}},
          {.request = "set-down tap0", .requests = {create_tap, "set-up tap0"}},
          {.request = "set-bridge tap0 mine", .requests = {create_tap}},
          {.request = "set-bridge tap0 -", .requests = {create_tap, "set-bridge tap0 mine"}},
          {.request = fmt::format(fmt::runtime(open_tap), 1), .answer = "tap tap0, 1 descriptors"},
          {.request = fmt::format(fmt::runtime(open_tap), 2), .answer = "tap tap0, 2 descriptors"}};
}

} // namespace

const std::vector<RequestRow>& request_table() {
  static const std::vector<RequestRow> table = make_table();
  return table;
}

void make_world(const RequestRow& row, unsigned taps) {
  std::istringstream devices{lab::run({"ip", "-br", "link"}).out};
  for (std::string text; std::getline(devices, text);)
    if (const std::string name = text.substr(0, text.find(' ')); name != "lo")
      (void)lab::run({"ip", "link", "delete", name});
  must("ip link add mine type bridge");
  for (const std::string& text : row.world)
    must(text);
  Host::set_policy(
      fmt::format("allow all bridge mine tap taps={0}\nallow all bridge ctysbr0 all taps={0}\n", taps));
  std::string said;
  for (const std::string& request : row.requests)
    said += line(request);
  if (!said.empty())
    (void)Host::talk(lab::k_acue, said);
}

std::string facts() {
  static const std::regex parts{
      R"( (<[^>]*\bUP\b|mtu \d+|master \S+|alias [^\\]*|bridge |tun |user \S+|persist \w+|numqueues \d+))"};
  static const std::regex flags{"<.*"};
  std::istringstream lines{lab::run({"ip", "-d", "-o", "link", "show"}).out};
  std::string text;
  for (std::string device; std::getline(lines, device);) {
    text += lab::to_words(device).at(1);
    for (std::sregex_iterator found{device.begin(), device.end(), parts}; found != std::sregex_iterator{};
         ++found)
      text += " " + std::regex_replace(found->str(1), flags, "UP");
    text += "\n";
  }
  return text;
}

std::size_t count_taps() {
  std::istringstream lines{lab::run({"ip", "-d", "-o", "link", "show"}).out};
  std::size_t taps = 0;
  for (std::string device; std::getline(lines, device);)
    taps += has(device, "tun type tap") ? 1U : 0U;
  return taps;
}

} // namespace privilege_lab
