#pragma once

#include "base/result.hpp"

namespace vdeup::kernel {

/// Locks all memory of this process in RAM during its lifetime: while a NIC is being moved, a page from swap
/// or a root file system behind it could not be read.
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
