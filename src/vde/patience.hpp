#pragma once

#include "base/deadline.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>

namespace vdeup::vde {

/// Pauses between attempts, a quarter longer each time, for what no event announces. So at most a fifth of
/// the time that something takes is lost by noticing it late.
class Patience {
 public:
  explicit Patience(const Deadline& deadline) : m_deadline(deadline) {}
  [[nodiscard]] bool is_over() const { return m_deadline.is_over(); }
  void pause() {
    constexpr std::chrono::microseconds longest{5000};
    const timespec span{.tv_sec = 0, .tv_nsec = std::chrono::nanoseconds{m_span}.count()};
    (void)::ppoll(nullptr, 0, &span, nullptr);
    m_span = std::min(m_span + m_span / 4, longest);
  }

 private:
  const Deadline& m_deadline;
  std::chrono::microseconds m_span{50};
};

} // namespace vdeup::vde
