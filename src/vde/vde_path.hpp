#pragma once

#include "engine/path.hpp"

namespace vdeup::vde {

/// Looks along the way of a frame through a switch. Whoever calls it, everything happens as the owner of the
/// switch.
class VdePath final : public engine::SwitchPath {
 public:
  [[nodiscard]] Result<std::vector<LearntAddress>> learnt(const Scope& scope) override;
  [[nodiscard]] Result<std::unique_ptr<engine::ProbePort>> probe_port(const Scope& scope) override;
};

} // namespace vdeup::vde
