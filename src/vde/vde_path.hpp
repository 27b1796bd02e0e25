#pragma once

#include "engine/path.hpp"

namespace vdeup::vde {

/// Observes and probes the path of frames through a switch, always as the owner of the switch.
class VdePath final : public engine::SwitchPath {
 public:
  [[nodiscard]] Result<std::vector<LearntAddress>> learnt(const Scope& scope) override;
  [[nodiscard]] Result<std::unique_ptr<engine::ProbePort>> probe_port(const Scope& scope) override;
};

} // namespace vdeup::vde
