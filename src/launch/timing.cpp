#include "launch/timing.hpp"

#include <fmt/format.h>

namespace vdeup::launch {
namespace {

double milliseconds(Timing::clock::duration span) {
  return std::chrono::duration<double, std::milli>{span}.count();
}

} // namespace

void Timing::mark(std::string_view part) {
  const auto now = clock::now();
  m_parts.push_back({std::string{part}, now - m_last});
  m_last = now;
}

std::string Timing::text() const {
  std::string text;
  for (const Part& part : m_parts)
    text += fmt::format("{} {:.2f} ms, ", part.name, milliseconds(part.span));
  return text + fmt::format("{:.2f} ms in all", milliseconds(m_last - m_begin));
}

} // namespace vdeup::launch
