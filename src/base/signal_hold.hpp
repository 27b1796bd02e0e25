#pragma once

#include <csignal>

namespace vdeup {

/// Holds back the signals by which people and systems end a process (INT, TERM, HUP, QUIT), so that a change
/// to the network is never cut in two. Whoever holds asks `arrived()` between steps and undoes what it did;
/// when the hold ends, the signal takes its ordinary effect.
class SignalHold {
 public:
  SignalHold();
  ~SignalHold();
  SignalHold(const SignalHold&) = delete;
  SignalHold& operator=(const SignalHold&) = delete;

  /// The held signal that has arrived, or 0.
  [[nodiscard]] static int arrived();

 private:
  sigset_t m_former_mask{};
};

/// Lets the held signals through while it lives: for a wait during which there is nothing to undo.
class SignalGap {
 public:
  SignalGap();
  ~SignalGap();
  SignalGap(const SignalGap&) = delete;
  SignalGap& operator=(const SignalGap&) = delete;

 private:
  sigset_t m_former_mask{};
};

/// Have every signal mean what it does by default, and block none. Calls nothing that a child between fork
/// and exec must not.
void restore_signals();

} // namespace vdeup
