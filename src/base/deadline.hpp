#pragma once

#include <chrono>

namespace vdeup {

/// A point in time after which waiting is over. Immune to changes of the wall clock.
class Deadline {
 public:
  using clock = std::chrono::steady_clock;

  [[nodiscard]] static Deadline after(std::chrono::milliseconds span) {
    return Deadline{clock::now() + span};
  }

  /// Time left, never negative.
  [[nodiscard]] std::chrono::milliseconds left() const;
  [[nodiscard]] bool is_over() const { return clock::now() >= m_end; }

  /// Time left as poll(2) wants it: rounded up, so that a wait never spins on the last millisecond.
  [[nodiscard]] int poll_timeout() const;

  /// The earlier of this deadline and `span` from now.
  [[nodiscard]] Deadline at_most(std::chrono::milliseconds span) const;

 private:
  explicit Deadline(clock::time_point end) : m_end(end) {}
  clock::time_point m_end;
};

} // namespace vdeup
