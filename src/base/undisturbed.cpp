#include "base/undisturbed.hpp"

#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string_view>

namespace vdeup {
namespace {

constexpr unsigned long k_usual_slack = 50'000; // ns; zero would mean what the caller has set

/// The group of all groups, which nobody freezes. Where the second version stands beside the first one,
/// systemd mounts it below.
void leave_control_group() {
  constexpr std::array roots{"/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/unified/cgroup.procs"};
  constexpr std::string_view myself = "0";
  for (const char* root : roots)
    if (const UniqueFd processes{::open(root, O_WRONLY | O_CLOEXEC)};
        processes && ::write(processes.get(), myself.data(), myself.size()) > 0)
      return;
}

} // namespace

void run_undisturbed() {
  (void)::prctl(PR_SET_TIMERSLACK, k_usual_slack, 0, 0, 0);
  const sched_param ordinary{};
  (void)::sched_setscheduler(0, SCHED_OTHER, &ordinary);
  (void)::setpriority(PRIO_PROCESS, 0, 0);
  cpu_set_t processors;
  std::memset(&processors, 0xff, sizeof(processors)); // the kernel leaves out those that there are not
  (void)::sched_setaffinity(0, sizeof(processors), &processors);
  leave_control_group();
}

} // namespace vdeup
