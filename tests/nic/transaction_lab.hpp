#pragma once

#include "nic/beginning.hpp"
#include "nicmove/transaction.hpp"

// What the tests of transactions and of their records share.
namespace lab {

namespace vd = vdeup;
namespace tx = vdeup::nicmove;
using namespace std::chrono_literals;
using Kind = tx::RecordStore::Kind;

inline constexpr auto k_patience = 20s;

inline tx::RecordStore open_store() {
  auto store = tx::RecordStore::open(true);
  INFO((store ? "" : store.error().message()));
  REQUIRE(store);
  return std::move(*store.value());
}

/// Locked: everybody else is done with it.
inline tx::RecordStore locked_store() {
  auto store = open_store();
  const auto locked = store.lock(vd::Deadline::after(k_patience));
  INFO((locked ? "" : locked.error().message()));
  REQUIRE(locked);
  return store;
}

inline vd::Result<tx::MoveHosts> open_hosts() {
  TRY(auto links, vd::kernel::KernelHost::open());
  TRY(auto nics, vd::kernel::KernelNics::open());
  return tx::MoveHosts{std::move(links), std::move(nics)};
}

inline void forget(const tx::RecordStore& store) {
  for (const Kind kind : {Kind::open, Kind::kept, Kind::rolled_back})
    store.remove(kind);
}

} // namespace lab
