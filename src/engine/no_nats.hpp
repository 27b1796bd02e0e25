#pragma once

#include "engine/nat_host.hpp"

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

} // namespace vdeup::engine
