#pragma once

namespace vdeup {

/// Take back what whoever has started this process may have set of how it runs, and what exec(2) and fork(2)
/// hand on: how late its timers come (prctl(2) PR_SET_TIMERSLACK), its scheduling, its processors, and its
/// control group (cgroups(7), version 2), which can be frozen or ended as a whole by the user whom it is
/// delegated to. As far as this process may; for those of root that nobody else is to hold up.
void run_undisturbed();

} // namespace vdeup
