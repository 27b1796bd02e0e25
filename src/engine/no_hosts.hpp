#pragma once

#include "engine/host.hpp"

namespace vdeup::engine {

/// A world without private networks, for plans that have nothing to do with them.
class NoNats final : public NatHost {
 public:
  [[nodiscard]] Result<Nat> inspect(const IfName& /*bridge*/, const NatMark& /*mark*/) override {
    return Nat{};
  }
  [[nodiscard]] Result<std::vector<IfName>> remains(const NatMark& /*mark*/) override {
    return std::vector<IfName>{};
  }
  [[nodiscard]] Result<std::vector<IpPrefix>> used_networks() override { return std::vector<IpPrefix>{}; }
  [[nodiscard]] bool has_ip6() override { return false; }
  [[nodiscard]] Result<std::vector<NatObstacle>> obstacles(const IfName& /*bridge*/) override {
    return std::vector<NatObstacle>{};
  }
  [[nodiscard]] Result<> execute(const NatStep& /*step*/) override {
    return fail(Error{ErrorKind::failed, "cannot change a private network", "there are none here", {}});
  }
};

/// A world without switches, for plans that have no steps for them.
class NoSwitches final : public SwitchHost {
 public:
  [[nodiscard]] Result<Switch> inspect(const Scope& /*scope*/) override { return Switch{}; }
  [[nodiscard]] Result<std::optional<pid_t>> find_orphan(const Scope& /*scope*/) override {
    return std::optional<pid_t>{};
  }
  [[nodiscard]] Result<> check_host_ports(const Scope& /*scope*/,
                                          const std::vector<Forward>& /*forwards*/) override {
    return ok();
  }
  [[nodiscard]] Result<> execute(const SwitchStep& /*step*/) override { return ok(); }
};

} // namespace vdeup::engine
