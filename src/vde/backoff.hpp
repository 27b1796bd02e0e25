#pragma once

#include "base/deadline.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>

namespace vdeup::vde {

/// Pauses between attempts, each a quarter longer than the one before, where no event announces the result:
/// at most a fifth of the time until the result is lost.
class Backoff {
 public:
  explicit Backoff(const Deadline& deadline) : m_deadline(deadline) {}
  [[nodiscard]] bool is_over() const { return m_deadline.is_over(); }
  void pause() {
    constexpr std::chrono::microseconds max{5000};
    const timespec span{.tv_sec = 0, .tv_nsec = std::chrono::nanoseconds{m_span}.count()};
    (void)::ppoll(nullptr, 0, &span, nullptr);
    m_span = std::min(m_span + m_span / 4, max);
  }

 private:
  const Deadline& m_deadline;
  std::chrono::microseconds m_span{50};
};

} // namespace vdeup::vde
