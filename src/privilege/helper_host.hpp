#pragma once

#include "engine/host.hpp"
#include "engine/lane.hpp"
#include "privilege/session.hpp"

#include <memory>

namespace vdeup::privilege {

/// The kernel's side of the world for who may look at it and not change it: looks by itself, and has the
/// helper make the changes. As long as there is nothing to change, no helper is started.
class HelperHost final : public engine::LinkHost {
 public:
  HelperHost(std::unique_ptr<engine::LinkHost> direct, std::shared_ptr<Session> session)
      : m_direct(std::move(direct)), m_session(std::move(session)) {}

  [[nodiscard]] Result<std::vector<Link>> links() override { return m_direct->links(); }
  [[nodiscard]] Result<std::optional<Link>> link(const IfName& name) override { return m_direct->link(name); }
  [[nodiscard]] Result<std::optional<Link>> link(std::uint32_t index) override {
    return m_direct->link(index);
  }
  [[nodiscard]] Result<> wait_until_forwarding(const IfName& port, const Deadline& deadline) override {
    return m_direct->wait_until_forwarding(port, deadline);
  }
  /// Errors: as Session::execute; not_permitted for what belongs to another user.
  [[nodiscard]] Result<> execute(const LinkStep& step) override;

 private:
  std::unique_ptr<engine::LinkHost> m_direct;
  std::shared_ptr<Session> m_session;
};

/// The same for private networks. To end a dnsmasq of one's own takes no privilege.
class HelperNats final : public engine::NatHost {
 public:
  /// Whether rules are there is seen by who has privilege only; the helper can be asked for it, which starts
  /// one for a look.
  enum class Rules { left_open, asked_for };

  HelperNats(std::unique_ptr<engine::NatHost> direct, std::shared_ptr<Session> session, Rules rules)
      : m_direct(std::move(direct)), m_session(std::move(session)), m_rules(rules) {}

  [[nodiscard]] Result<Nat> inspect(const IfName& bridge, const NatMark& mark) override;
  [[nodiscard]] Result<std::vector<IfName>> remains(const NatMark& mark) override {
    return m_direct->remains(mark);
  }
  [[nodiscard]] Result<std::vector<IpPrefix>> used_networks() override { return m_direct->used_networks(); }
  [[nodiscard]] bool has_ip6() override { return m_direct->has_ip6(); }
  /// The helper tells of obstacles by an error. Errors: as Session::may_masquerade.
  [[nodiscard]] Result<std::vector<NatObstacle>> obstacles(const IfName& bridge) override;
  /// Errors: as Session::execute.
  [[nodiscard]] Result<> execute(const NatStep& step) override;

 private:
  std::unique_ptr<engine::NatHost> m_direct;
  std::shared_ptr<Session> m_session;
  Rules m_rules;
};

/// The same for TAPs of VMs.
class HelperLane final : public engine::LaneHost {
 public:
  explicit HelperLane(std::shared_ptr<Session> session) : m_session(std::move(session)) {}
  [[nodiscard]] Result<engine::VmTap> open_tap(const VmTapPlan& plan) override {
    return m_session->open_tap(plan);
  }
  [[nodiscard]] Result<> may_attach(const IfName& bridge) override { return m_session->may_attach(bridge); }

 private:
  std::shared_ptr<Session> m_session;
};

} // namespace vdeup::privilege
