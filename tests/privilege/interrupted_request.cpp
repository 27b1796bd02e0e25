#include "privilege/interrupted_request.hpp"

#include "support/catch.hpp"

#include <sys/syscall.h>

namespace privilege_lab {
namespace {

constexpr unsigned k_max_calls = 1000; // of one request; far more than any makes

bool is_of_memory(long number) {
  return number == SYS_mmap || number == SYS_munmap || number == SYS_madvise || number == SYS_mprotect;
}

bool can_change(long number) {
  return number == SYS_sendmsg || number == SYS_sendto || number == SYS_ioctl || number == SYS_close ||
         number == SYS_fcntl;
}

} // namespace

InterruptedRequest::InterruptedRequest(Talk& talk, const RequestRow& row)
    : m_talk(talk), m_tracer(static_cast<pid_t>(std::stoi(talk.helper()))) {
  m_talk.begin(line(row.request));
  REQUIRE(m_tracer.run_to(SYS_recvmsg)); // which takes the request, or finds that it has to wait for it
}

bool InterruptedRequest::advance() {
  if (m_answers)
    return false;
  auto call = m_tracer.next_call();
  while (call && is_of_memory(call->number))
    call = m_tracer.next_call();
  REQUIRE(call);
  REQUIRE(++m_calls < k_max_calls);
  m_next = *call;
  m_answers = call->number == SYS_sendmsg && call->arguments[0] == 0;
  return true;
}

bool InterruptedRequest::advance_to_change(unsigned n) {
  while (n > 0 && advance())
    n -= can_change(m_next.number) ? 1U : 0U;
  return n == 0;
}

std::string InterruptedRequest::finish() {
  m_tracer.let_go();
  REQUIRE(m_talk.wait_for_answers());
  return m_talk.answer();
}

} // namespace privilege_lab
