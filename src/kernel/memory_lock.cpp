#include "kernel/memory_lock.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <utility>

namespace vdeup::kernel {

Result<MemoryLock> MemoryLock::hold() {
  if (::mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
    return fail(errno_error(errno, "cannot keep this process in memory"));
  return MemoryLock{};
}

MemoryLock::MemoryLock(MemoryLock&& other) noexcept : m_is_held(std::exchange(other.m_is_held, false)) {}

MemoryLock::~MemoryLock() {
  if (m_is_held)
    (void)::munlockall();
}

} // namespace vdeup::kernel
