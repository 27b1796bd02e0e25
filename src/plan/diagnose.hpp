#pragma once

#include "plan/request.hpp"

#include <string>
#include <vector>

namespace vdeup::plan {

/// One thing that is not as a VM needs it.
struct Fault {
  std::string what; ///< in the user's words
  std::string hint; ///< the command that mends it
};

/// What stands in the way of a VM that wants to reach the outside.
struct Diagnosis {
  bool nothing_there = false; ///< no switch, no TAP: nobody has made a network
  std::vector<Fault> faults{};
  std::vector<std::string> notes{}; ///< sound, but worth knowing
};

/// Judge an observed network. Pure. `links` are all links of the host.
[[nodiscard]] Diagnosis diagnose(const Request& request, const Network& observed,
                                 const std::vector<Link>& links);

} // namespace vdeup::plan
