#pragma once

#include "nic/nic_lab.hpp"
#include "nicmove/record_store.hpp"
#include "support/catch.hpp"
#include "support/lab.hpp"
#include "support/spawn.hpp"

#include <string>

// What the tests of the commands share: a host with a NIC that has everything, and what it is to be
// afterwards.
namespace move_lab {

using lab::has;

inline void check_success(const lab::Finished& done) {
  INFO(done.out << done.err);
  CHECK(done.status == 0);
}

/// Two addresses of each family, two default routes with metrics, one of them in another table, a rule, and
/// all that tells a primary address from a secondary one.
inline void give_everything() {
  (void)lab::run({"ip", "rule", "delete", "priority", "500"}); // of the section before
  lab::Neighbourhood::give_addresses();
  lab::ip("address add 10.1.0.3/24 dev eth0 label eth0:one");
  lab::ip("address add 2001:db8:1::3/64 dev eth0 nodad");
  lab::ip("route add default via 10.1.0.1 metric 200 src 10.1.0.3");
  lab::ip("-6 route add default via 2001:db8:1::1 metric 2048");
  lab::ip("route add default via 10.1.0.1 table 100 src 10.1.0.3");
  lab::ip("rule add from 10.1.0.3 lookup 100 priority 500");
  lab::settle();
}

/// True if somebody far away gets a connection to this address of the host: a real one, through the gateway.
inline bool is_reachable(const lab::NetworkNamespace& far_host, const std::string& address) {
  lab::Running server{{"nc", "-l", "-s", address, "-p", "7777"}};
  if (!lab::eventually([] { return !lab::run({"ss", "-Hltn", "sport = :7777"}).out.empty(); }))
    return false;
  return lab::run({"nsenter", "--net=/proc/" + std::to_string(far_host.pid()) + "/ns/net", "nc", "-z", "-w",
                   "3", address, "7777"})
             .status == 0;
}

/// Wait until nobody moves a NIC any more, watchdogs included.
inline void wait_for_watchdogs() {
  auto store = vdeup::nicmove::RecordStore::open(false);
  REQUIRE(store);
  if (store.value())
    REQUIRE(store.value()->lock(vdeup::Deadline::after(std::chrono::seconds{30})));
}

/// True if a move of a NIC is under way.
inline bool is_moving() {
  auto store = vdeup::nicmove::RecordStore::open(false);
  return store && store.value() && !store.value()->lock(vdeup::Deadline::after(std::chrono::seconds{0}));
}

/// The kind of record that there is.
inline bool has_record(vdeup::nicmove::RecordStore::Kind kind) {
  auto store = vdeup::nicmove::RecordStore::open(false);
  REQUIRE(store);
  return store.value() && store.value()->has(kind);
}

} // namespace move_lab
