#pragma once

#include "engine/host.hpp"
#include "engine/lane.hpp"
#include "privilege/helper_client.hpp"

#include <memory>

namespace vdeup::privilege {

/// The kernel's side of the world for who may look at it and not change it: looks by itself, and has the
/// helper make the changes. As long as there is nothing to change, no helper is started.
class HelperHost final : public engine::LinkHost {
 public:
  HelperHost(std::unique_ptr<engine::LinkHost> direct, std::shared_ptr<HelperClient> client)
      : m_direct(std::move(direct)), m_client(std::move(client)) {}

  [[nodiscard]] Result<std::vector<Link>> links() override { return m_direct->links(); }
  [[nodiscard]] Result<std::optional<Link>> link(const IfName& name) override { return m_direct->link(name); }
  [[nodiscard]] Result<std::optional<Link>> link(std::uint32_t index) override {
    return m_direct->link(index);
  }
  [[nodiscard]] Result<> wait_until_forwarding(const IfName& port, const Deadline& deadline) override {
    return m_direct->wait_until_forwarding(port, deadline);
  }
  /// Errors: as HelperClient::execute; not_permitted for what belongs to another user.
  [[nodiscard]] Result<> execute(const LinkStep& step) override;

 private:
  std::unique_ptr<engine::LinkHost> m_direct;
  std::shared_ptr<HelperClient> m_client;
};

/// The same for private networks. To end a dnsmasq of one's own takes no privilege.
class HelperNats final : public engine::NatHost {
 public:
  /// Whether rules are there is seen by who has privilege only; the helper can be asked for it, which starts
  /// one for a look.
  enum class Rules { left_open, asked_for };

  HelperNats(std::unique_ptr<engine::NatHost> direct, std::shared_ptr<HelperClient> client, Rules rules)
      : m_direct(std::move(direct)), m_client(std::move(client)), m_rules(rules) {}

  [[nodiscard]] Result<Nat> inspect(const IfName& bridge, const NatMark& mark) override;
  [[nodiscard]] Result<std::vector<IfName>> remains(const NatMark& mark) override {
    return m_direct->remains(mark);
  }
  [[nodiscard]] Result<std::vector<IpPrefix>> used_networks() override { return m_direct->used_networks(); }
  [[nodiscard]] bool has_ip6() override { return m_direct->has_ip6(); }
  /// The helper tells of obstacles by an error. Errors: as HelperClient::may_masquerade.
  [[nodiscard]] Result<std::vector<NatObstacle>> obstacles(const IfName& bridge) override;
  /// Errors: as HelperClient::execute.
  [[nodiscard]] Result<> execute(const NatStep& step) override;

 private:
  std::unique_ptr<engine::NatHost> m_direct;
  std::shared_ptr<HelperClient> m_client;
  Rules m_rules;
};

/// The same for TAPs of VMs.
class HelperLane final : public engine::LaneHost {
 public:
  explicit HelperLane(std::shared_ptr<HelperClient> client) : m_client(std::move(client)) {}
  [[nodiscard]] Result<engine::VmTap> open_tap(const VmTapPlan& plan) override {
    return m_client->open_tap(plan);
  }
  [[nodiscard]] Result<> may_attach(const IfName& bridge) override { return m_client->may_attach(bridge); }

 private:
  std::shared_ptr<HelperClient> m_client;
};

} // namespace vdeup::privilege
