#pragma once

#include "base/result.hpp"
#include "engine/journal.hpp"

#include <sys/types.h>

#include <functional>
#include <string>

namespace vdeup::nicmove {

/// The process and user for whom a NIC is moved, and how they are informed.
struct Requester {
  pid_t process = 0;  ///< its login must not be cut off
  std::string home{}; ///< a directory whose file system must stay reachable
  std::function<void(const std::string&)> inform = [](const std::string&) {}; ///< messages for people
  /// Fails when the requester has gone. Then the proof ends and the move is rolled back.
  std::function<Result<>()> check_connected = [] { return Result<>{ok()}; };
  engine::Journal::Listener on_step{};
};

} // namespace vdeup::nicmove
