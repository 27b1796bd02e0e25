#include "engine/journal.hpp"

namespace vdeup::engine {

void Journal::intend(const PlannedStep& step, std::size_t index) {
  m_entries.push_back({index, State::intended, std::nullopt});
  if (m_listener)
    m_listener(step, m_entries.back());
}

void Journal::mark(const PlannedStep& step, Entry& entry, State state) {
  entry.state = state;
  if (m_listener)
    m_listener(step, entry);
}

std::vector<const Journal::Entry*> Journal::left_behind() const {
  std::vector<const Entry*> left;
  for (const Entry& entry : m_entries)
    if (entry.state == State::undo_failed)
      left.push_back(&entry);
  return left;
}

} // namespace vdeup::engine
