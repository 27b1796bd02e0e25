#pragma once

#include "config/policy.hpp"

namespace vdeup::config {

/// Read the rules of a policy file and of the files that it includes, in their order. At most 32 files.
/// Errors: as Policy::read.
[[nodiscard]] Result<std::vector<PolicyRule>> read_rules(const std::string& path,
                                                         const Policy::Reader& reader);

} // namespace vdeup::config
