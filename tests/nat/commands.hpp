#pragma once

#include "nat/guests.hpp"
#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <string>
#include <vector>

// What the tests of private networks by the commands share: calls for the switch of `nobody`.
namespace nat_commands {

using lab::has;

inline constexpr const char* k_switch = "/var/tmp/vde_switch0.nobody";

/// The network of an address, which is a /24.
inline std::string network_of(const std::string& address) {
  return address.substr(0, address.rfind('.'));
}

inline std::vector<std::string> for_user(std::vector<std::string> words) {
  words.insert(words.end(), {"-u", "nobody"});
  return words;
}

inline lab::Finished vdeup(std::vector<std::string> words) {
  return lab::run_vdeup(for_user(std::move(words)));
}

inline lab::Finished must(const lab::Finished& done) {
  INFO(done.out << done.err);
  REQUIRE(done.status == 0);
  return done;
}

inline void must_run(const std::string& script) {
  must(lab::run({"sh", "-c", "set -e; " + script}));
}

/// The commands that a message tells to run.
inline std::vector<std::string> commands_in(const std::string& text) {
  std::vector<std::string> commands;
  for (std::size_t at = text.find("run `"); at != std::string::npos; at = text.find("run `", at)) {
    at += 5;
    commands.push_back(text.substr(at, text.find('`', at) - at));
  }
  return commands;
}

/// Wait until the switch has noticed that its VMs have ended, a moment after they did.
inline void wait_for_ports() {
  REQUIRE(lab::eventually([] {
    return lab::run({"ss", "-Hx", "state", "connected"}).out.find(std::string{k_switch} + "/ctl") ==
           std::string::npos;
  }));
}

inline void require_cancel_restores(const std::string& before) {
  wait_for_ports();
  must(vdeup({"cancel"}));
  CHECK(lab::difference(before, lab::whole_snapshot()) == "");
}

} // namespace nat_commands
