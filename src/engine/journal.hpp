#pragma once

#include "base/error.hpp"
#include "model/step.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace vdeup::engine {

/// What became of a plan: for each step that was begun, how far it came.
///
/// It lives as long as the call. What must outlive the process is not here but in the kernel: every device
/// carries its mark from the moment that it can outlive us, so the next call finds what a killed one left
/// (ARCHITECTURE.md, "Dying at any point").
class Journal {
 public:
  enum class State { intended, done, undone, undo_failed };
  struct Entry {
    std::size_t step = 0; ///< index into the plan
    State state = State::intended;
    std::optional<Error> undo_error{};
  };
  /// Called on every change of state, for logging and timing.
  using Listener = std::function<void(const PlannedStep&, const Entry&)>;

  explicit Journal(Listener listener = {}) : m_listener(std::move(listener)) {}

  void intend(const PlannedStep& step, std::size_t index);
  /// The entries from the latest to the first may be changed by `mark`.
  void mark(const PlannedStep& step, Entry& entry, State state);

  [[nodiscard]] std::vector<Entry>& entries() { return m_entries; }
  [[nodiscard]] const std::vector<Entry>& entries() const { return m_entries; }

  /// The steps that changed something and could not be undone.
  [[nodiscard]] std::vector<const Entry*> left_behind() const;

 private:
  Listener m_listener;
  std::vector<Entry> m_entries;
};

} // namespace vdeup::engine
