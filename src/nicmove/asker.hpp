#pragma once

#include "base/result.hpp"
#include "engine/journal.hpp"

#include <sys/types.h>

#include <functional>
#include <string>

namespace vdeup::nicmove {

/// For whom a NIC is moved, and how he is spoken with.
struct Asker {
  pid_t process = 0;  ///< the logins that this process is worked with through are at stake
  std::string home{}; ///< and the file system that this directory is on
  std::function<void(const std::string&)> tell = [](const std::string&) {}; ///< for people, on the way
  /// Fails when nobody waits for the outcome any more: then the proof ends, and the move is taken back.
  std::function<Result<>()> is_there = [] { return Result<>{ok()}; };
  engine::Journal::Listener on_step{};
};

} // namespace vdeup::nicmove
