#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "kernel/message_builder.hpp"
#include "model/reach_target.hpp"

#include <functional>
#include <vector>

namespace vdeup::kernel {

/// Ask all of these until each has answered, until the deadline, or until `is_wanted` says that nobody wants
/// to know any more; the questions are repeated four times a second, and so is that one. Neighbours are asked
/// through `device`, the others by the ways that the kernel's routes say. Returns for each whether it has
/// answered.
/// Errors: those of opening sockets.
[[nodiscard]] Result<std::vector<bool>> reach(const Device& device, const std::vector<ReachTarget>& targets,
                                              const Deadline& deadline,
                                              const std::function<bool()>& is_wanted = {});

} // namespace vdeup::kernel
