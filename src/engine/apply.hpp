#pragma once

#include "engine/host.hpp"
#include "engine/journal.hpp"

#include <functional>

namespace vdeup::engine {

/// Carry out a plan front to back; when a step fails, undo the ones that are done, last one first.
///
/// A failed undo does not stop the others; it is kept in the journal and named in the hint. A signal that
/// asks this process to end counts as a failure of the next step. `prove` is asked when all steps are done:
/// its failure undoes them as well. `may_undo` is asked before that: where it fails, undoing would do harm,
/// and all stays as it has come to be. Errors: the first one, of a step or of the proof.
[[nodiscard]] Result<> apply(const Plan& plan, const Host& host, Journal& journal,
                             const std::function<Result<>()>& prove = {},
                             const std::function<Result<>()>& may_undo = {});

} // namespace vdeup::engine
