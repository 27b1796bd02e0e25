#pragma once

#include "base/result.hpp"
#include "model/manager_step.hpp"

#include <vector>

namespace vdeup::engine {

/// The managers' side of the world: those programs which set up interfaces and can be told to leave some
/// alone.
class ManagerHost {
 public:
  ManagerHost() = default;
  ManagerHost(const ManagerHost&) = delete;
  ManagerHost& operator=(const ManagerHost&) = delete;
  virtual ~ManagerHost() = default;

  /// Of systemd-networkd and NetworkManager, those that run and work on this network namespace; none is
  /// started by the question. Costs two access(2) on a host that has neither.
  [[nodiscard]] virtual Result<std::vector<NicManager::Kind>> running() = 0;

  /// Carry out a step; on return the manager does what it was told. A few milliseconds, at most some ten
  /// seconds. What is as it should be already stays, and a manager that has ended needs to be told nothing
  /// more. Errors: missing (no bus, no such device), not_permitted, timed_out, conflict if a file of ours has
  /// become somebody else's, failed with what the manager says. Of an Unmanage that failed nothing stays; a
  /// Manage goes as far as it can.
  [[nodiscard]] virtual Result<> execute(const ManagerStep& step) = 0;
};

} // namespace vdeup::engine
