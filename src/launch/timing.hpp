#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup::launch {

/// Where the time of a launch went (`--timing`): from its making on, one part after the other.
class Timing {
 public:
  using clock = std::chrono::steady_clock;

  /// Say that what was done since the last mark, or the beginning, was `part`.
  void mark(std::string_view part);

  /// `settings 0.21 ms, network 1.30 ms, …, 1.94 ms in all`
  [[nodiscard]] std::string text() const;

 private:
  struct Part {
    std::string name;
    clock::duration span{};
  };
  clock::time_point m_begin = clock::now();
  clock::time_point m_last = m_begin;
  std::vector<Part> m_parts{};
};

} // namespace vdeup::launch
