#pragma once

#include "base/result.hpp"

namespace vdeup::kernel {

/// Keeps all memory of this process in RAM while it lives: on a host whose swap or root is behind the NIC
/// that is on its way, a page that has to be fetched then would never come.
class MemoryLock {
 public:
  /// Errors: not_permitted or failed, if the limit (RLIMIT_MEMLOCK) is too low.
  [[nodiscard]] static Result<MemoryLock> hold();

  MemoryLock(MemoryLock&& other) noexcept;
  MemoryLock& operator=(MemoryLock&&) = delete;
  MemoryLock(const MemoryLock&) = delete;
  MemoryLock& operator=(const MemoryLock&) = delete;
  ~MemoryLock();

 private:
  MemoryLock() = default;
  bool m_is_held = true;
};

} // namespace vdeup::kernel
