#pragma once

#include "cli/commands.hpp"
#include "cli/wiring.hpp"
#include "plan/diagnose.hpp"

#include <optional>

namespace vdeup::cli {

/// What came of looking along the whole way from a VM to the outside.
struct Examination {
  std::optional<plan::Evidence> evidence{}; ///< none: something stands there that must not even be looked at
  plan::Diagnosis diagnosis;
};

/// Look at a network and all around it, and where it looks sound send a frame through it.
///
/// What must not be used (a squatted socket) is a finding and not an error.
/// Errors: those of looking; not_permitted if the caller is neither the owner of the switch nor root.
[[nodiscard]] Result<Examination> examine(const Context& context, const plan::Request& request);

} // namespace vdeup::cli
