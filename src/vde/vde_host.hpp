#pragma once

#include "engine/host.hpp"

namespace vdeup::vde {

/// Executes switch steps, always as the owner of the switch.
class VdeHost final : public engine::SwitchHost {
 public:
  [[nodiscard]] Result<Switch> inspect(const Scope& scope) override;
  [[nodiscard]] Result<std::optional<pid_t>> find_orphan(const Scope& scope) override;
  [[nodiscard]] Result<> check_host_ports(const Scope& scope, const std::vector<Forward>& forwards) override;
  [[nodiscard]] Result<> execute(const SwitchStep& step) override;
};

} // namespace vdeup::vde
