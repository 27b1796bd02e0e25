#pragma once

#include "model/network.hpp"

namespace vdeup::plan {

/// Check that each part of a desired network is observed after all steps. Pure.
/// Errors: conflict, naming the first difference.
[[nodiscard]] Result<> verify(const Network& desired, const Network& observed);

} // namespace vdeup::plan
