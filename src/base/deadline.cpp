#include "base/deadline.hpp"

#include <algorithm>
#include <limits>

namespace vdeup {

std::chrono::milliseconds Deadline::left() const {
  const auto rest = std::chrono::ceil<std::chrono::milliseconds>(m_end - clock::now());
  return std::max(rest, std::chrono::milliseconds{0});
}

int Deadline::poll_timeout() const {
  constexpr std::chrono::milliseconds::rep longest = std::numeric_limits<int>::max();
  return static_cast<int>(std::min(left().count(), longest));
}

Deadline Deadline::at_most(std::chrono::milliseconds span) const {
  return Deadline{std::min(m_end, clock::now() + span)};
}

} // namespace vdeup
