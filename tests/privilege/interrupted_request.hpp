#pragma once

#include "privilege/request_table.hpp"
#include "privilege/talk.hpp"
#include "privilege/tracer.hpp"

namespace privilege_lab {

/// A request that the helper has received and not answered, held between two of its system calls.
class InterruptedRequest {
 public:
  InterruptedRequest(Talk& talk, const RequestRow& row);

  /// Go on to the next system call, up to the one that sends the answer. False behind it.
  bool advance();
  /// Go on to the n-th system call that can change anything, which is so many different states.
  bool advance_to_change(unsigned n);
  /// Let the helper go, and wait for the answer.
  std::string finish();

  [[nodiscard]] unsigned calls() const { return m_calls; }
  Tracer& tracer() { return m_tracer; }

 private:
  Talk& m_talk;
  Tracer m_tracer;
  SystemCall m_next{};
  bool m_answers = false;
  unsigned m_calls = 0;
};

} // namespace privilege_lab
