#include "engine/apply.hpp"

#include "base/signal_hold.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstring>

namespace vdeup::engine {
namespace {

void undo_done_steps(const Plan& plan, const Host& host, Journal& journal) {
  auto& entries = journal.entries();
  for (std::size_t left = entries.size(); left > 0; --left) {
    Journal::Entry& entry = entries[left - 1];
    const PlannedStep& planned = plan.at(entry.step);
    if (entry.state != Journal::State::done || !planned.undo)
      continue;
    auto undone = host.execute(*planned.undo);
    if (undone) {
      journal.mark(planned, entry, Journal::State::undone);
    } else {
      entry.undo_error = std::move(undone).error();
      journal.mark(planned, entry, Journal::State::undo_failed);
    }
  }
}

/// Leave all that is done as it is, and say in the journal why.
Error leave_done_steps(Error error, const Plan& plan, Journal& journal, const Error& reason) {
  for (Journal::Entry& entry : journal.entries()) {
    const PlannedStep& planned = plan.at(entry.step);
    if (entry.state != Journal::State::done || !planned.undo)
      continue;
    entry.undo_error = reason;
    journal.mark(planned, entry, Journal::State::undo_failed);
  }
  error.add_hint(fmt::format("nothing was undone: {}", reason.message()));
  return error;
}

Error with_left_behind(Error error, const Plan& plan, const Journal& journal) {
  for (const Journal::Entry* entry : journal.left_behind())
    error.add_hint(fmt::format("not undone: {} ({})", describe(plan.at(entry->step).step),
                               entry->undo_error->message()));
  return error;
}

/// A signal that asks us to end counts as a failure: what is done is undone, then the signal takes effect.
Result<> check_signals() {
  if (const int signal = SignalHold::arrived(); signal != 0)
    return fail(Error{ErrorKind::failed, "interrupted", ::strsignal(signal), {}});
  return ok();
}

Result<> execute_all(const Plan& plan, const Host& host, Journal& journal) {
  for (std::size_t index = 0; index < plan.size(); ++index) {
    TRY(check_signals());
    const PlannedStep& planned = plan[index];
    journal.intend(planned, index);
    auto done = host.execute(planned.step);
    if (!done)
      return fail(std::move(done).error());
    journal.mark(planned, journal.entries().back(), Journal::State::done);
  }
  return check_signals();
}

} // namespace

Result<> apply(const Plan& plan, const Host& host, Journal& journal, const std::function<Result<>()>& prove,
               const std::function<Result<>()>& may_undo) {
  const SignalHold hold;
  auto outcome = execute_all(plan, host, journal);
  if (outcome && prove)
    outcome = prove();
  if (outcome)
    return ok();
  if (may_undo)
    if (const auto may = may_undo(); !may)
      return fail(leave_done_steps(std::move(outcome).error(), plan, journal, may.error()));
  undo_done_steps(plan, host, journal);
  return fail(with_left_behind(std::move(outcome).error(), plan, journal));
}

} // namespace vdeup::engine
