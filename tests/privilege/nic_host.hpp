#pragma once

#include "nic/nic_lab.hpp"
#include "nicmove/record_store.hpp"
#include "privilege/elevation_lab.hpp"
#include "privilege/talk.hpp"
#include "support/catch.hpp"

#include <optional>
#include <string>

// What the tests of NICs that the helper moves share.
namespace privilege_lab {

using Kind = vdeup::nicmove::RecordStore::Kind;

inline const std::string k_nic_policy = "allow user acue bridge ctysbr0 tap,bridge,nic\n"
                                        "allow user berta bridge ctysbr0 tap,bridge\n"
                                        "allow user berta bridge ctysbr7 nic\n";

/// A host with a NIC that has all that is told from a record, a real sudo that lets users start the helper,
/// and perhaps a file capability as well, which is the method that is tried first.
struct NicHost {
  explicit NicHost(Capability capability = Capability::none) : host(capability) {
    let_sudo("acue ALL=(root) NOPASSWD: " + Host::helper() + " \"\"\n" +
             "berta ALL=(root) NOPASSWD: " + Host::helper() + " \"\"\n");
    Host::set_policy(k_nic_policy);
    lab::Neighbourhood::give_addresses();
    lab::ip("address add 10.1.0.3/24 dev eth0 label eth0:one");
    lab::ip("route add default via 10.1.0.1 metric 200 src 10.1.0.3");
    lab::settle();
  }

  /// Somebody far away who accepts one connection: who is asked before a move, and then does not answer.
  [[nodiscard]] lab::Running answer_once() const {
    const std::string there = "--net=/proc/" + std::to_string(neighbourhood.far_host.pid()) + "/ns/net";
    lab::Running server{{"nsenter", there, "nc", "-l", "-s", "10.9.0.2", "-p", "22"}};
    REQUIRE(lab::eventually([&] {
      return !lab::run({"nsenter", there, "ss", "-Hltn", "sport = :22"}).out.empty();
    }));
    return server;
  }

  Host host;
  lab::Neighbourhood neighbourhood{};
};

inline bool is_port(const std::string& nic, const std::string& bridge) {
  return has(show(nic), "master " + bridge);
}

inline bool has_record(Kind kind) {
  auto store = vdeup::nicmove::RecordStore::open(false);
  REQUIRE(store);
  return store.value() && store.value()->has(kind);
}

/// Say these lines to a helper that sudo starts.
inline lab::Running start_talk_by_sudo(const lab::User& user, const std::string& lines) {
  lab::Running talking{Host::talker({"/usr/bin/sudo", "-n", Host::helper()}), {.user = user}};
  talking.write(lines);
  return talking;
}

/// What it answers to them.
inline std::string talk_by_sudo(const lab::User& user, const std::string& lines) {
  lab::Running talking = start_talk_by_sudo(user, lines);
  const auto done = talking.finish();
  return done.out + done.err;
}

inline const std::string k_gently =
    " 0 0 10 -"; // terms: no force, nobody to ask, ten seconds, nothing to confirm
inline const std::string k_who_answers_once = " 1 connect 10.9.0.2 22"; // whom the proof waits for

/// Nobody of vdeup's is left that could change the network.
inline bool is_quiet() {
  return lab::run({"pgrep", "vdeup-helper|vdeup-monitor|vdeup-watchdog"}).status != 0;
}

/// Start a script of bash for acue, in which "$0" is vdeup. As root it has to become acue by itself.
inline lab::Running start_script(const std::string& script, std::optional<lab::User> user = lab::k_acue) {
  return lab::Running{{"bash", "-c", script, std::string{k_prefix} + "/bin/vdeup"},
                      {.user = user, .environment = {"HOME=" + lab::home_of(lab::k_acue)}}};
}

} // namespace privilege_lab
