#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "kernel/message_builder.hpp"
#include "model/reach_target.hpp"

#include <functional>
#include <vector>

namespace vdeup::kernel {

/// Send a request to each target four times a second until all have replied, until the deadline, or until
/// `is_wanted` returns false. Neighbours are asked through `device`, the others by the kernel's routes.
/// Returns for each target whether it has replied: only its own reply to one of these requests counts.
/// Errors: refused for an address of this host, which proves nothing; those of opening sockets.
[[nodiscard]] Result<std::vector<bool>> reach(const Device& device, const std::vector<ReachTarget>& targets,
                                              const Deadline& deadline,
                                              const std::function<bool()>& is_wanted = {});

} // namespace vdeup::kernel
