#pragma once

namespace vdeup {

/// Reset inherited settings with which another user could delay this process: timer slack (prctl(2)
/// PR_SET_TIMERSLACK), scheduling, processors, and the control group (cgroups(7), version 2), which its user
/// can freeze or kill. As far as permitted; for processes of root.
void run_undisturbed();

} // namespace vdeup
