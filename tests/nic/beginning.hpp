#pragma once

#include "nic/nic_lab.hpp"
#include "support/catch.hpp"
#include "support/lab.hpp"

#include <signal.h>
#include <unistd.h>

#include <functional>
#include <optional>
#include <string>

namespace lab {

inline constexpr std::size_t k_never = ~std::size_t{0};

/// The real kernel, with trouble at one step, and at one undo.
class TroubledLinks final : public vdeup::engine::LinkHost {
 public:
  std::size_t fails_at = k_never;
  std::size_t trouble_after = k_never;
  std::function<void()> trouble = [] { ::kill(::getpid(), SIGKILL); };
  std::size_t undo_fails_at = k_never; ///< counted from the first undo

  explicit TroubledLinks(vdeup::engine::LinkHost& real) : m_real(real) {}
  vdeup::Result<std::vector<vdeup::Link>> links() override { return m_real.links(); }
  vdeup::Result<std::optional<vdeup::Link>> link(const vdeup::IfName& name) override {
    return m_real.link(name);
  }
  vdeup::Result<std::optional<vdeup::Link>> link(std::uint32_t index) override { return m_real.link(index); }
  vdeup::Result<> execute(const vdeup::LinkStep& step) override {
    if (m_is_undoing ? m_undo++ == undo_fails_at : m_step == fails_at) {
      m_is_undoing = true;
      return vdeup::fail(vdeup::Error{vdeup::ErrorKind::failed, "injected", {}, {}});
    }
    TRY(m_real.execute(step));
    if (!m_is_undoing && m_step++ == trouble_after)
      trouble();
    return vdeup::ok();
  }

 private:
  vdeup::engine::LinkHost& m_real;
  bool m_is_undoing = false;
  std::size_t m_step = 0;
  std::size_t m_undo = 0;
};

/// A NIC with something of everything, at the beginning of a move in this direction.
class Beginning {
 public:
  explicit Beginning(vdeup::NicMove::Direction direction)
      : m_is_out(direction == vdeup::NicMove::Direction::out) {
    Neighbourhood::give_addresses();
    ip("address add 10.1.0.3/24 dev eth0");
    ip("address add 10.2.0.2/16 dev eth0 noprefixroute");
    ip("route add 10.2.0.0/16 dev eth0 src 10.2.0.2");
    ip("route add 10.40.0.0/16 via 10.2.0.1");
    ip("route add default via 10.1.0.1 table 100");
    ip("-6 route add 2001:db8:40::/48 nexthop via 2001:db8:1::1 nexthop via 2001:db8:1::9");
    ip("rule add iif eth0 lookup 100 priority 500");
    ip("neighbour add 10.1.0.77 lladdr 02:00:00:00:00:77 dev eth0");
    sysctl("ipv4/conf/eth0/rp_filter", "1");
    settle();
    if (m_is_out)
      REQUIRE(mover.apply(mover.plan_in()));
    m_nic.emplace(mover.look("eth0"));
    if (m_is_out)
      m_bridge.emplace(mover.look("ctysbr0"));
    m_all = snapshot();
  }

  Beginning(const Beginning&) = delete;
  Beginning& operator=(const Beginning&) = delete;
  ~Beginning() { // rules outlive the NIC that they name
    for (const char* name : {"eth0", "ctysbr0"})
      (void)run({"ip", "rule", "delete", "iif", name, "lookup", "100"});
  }

  const Mover mover{};

  [[nodiscard]] vdeup::Plan plan() const { return m_is_out ? mover.plan_out() : mover.plan_in(); }
  [[nodiscard]] vdeup::NicMove move() const {
    return m_is_out ? vdeup::nicmove::move_out_of(*m_bridge, *m_nic)
                    : vdeup::nicmove::move_in_of(*m_nic, name_of("ctysbr0"));
  }

  /// What differs now; a bridge that was made anew has another index, and is the same in all else.
  [[nodiscard]] std::string changes() const {
    if (!m_is_out)
      return differences(*m_nic, mover.look("eth0")) + changes_since(m_all);
    vdeup::NicSnapshot bridge = mover.look("ctysbr0");
    bridge.index = m_bridge->index;
    return differences(*m_nic, mover.look("eth0")) + differences(*m_bridge, bridge);
  }

 private:
  bool m_is_out;
  std::optional<vdeup::NicSnapshot> m_nic{};
  std::optional<vdeup::NicSnapshot> m_bridge{};
  std::string m_all{};
};

inline vdeup::NicMove::Direction either_direction() {
  return GENERATE(vdeup::NicMove::Direction::in, vdeup::NicMove::Direction::out);
}

/// For each step of a move in, or of one out: `at` gets the beginning of the move, which it leaves as it was.
inline void for_each_step(const std::function<void(const Beginning&, std::size_t step)>& at) {
  const auto direction = either_direction();
  const Neighbourhood neighbourhood;
  const Beginning beginning{direction};
  const vdeup::Plan plan = beginning.plan();
  REQUIRE(plan.size() > 10);
  for (std::size_t step = 0; step < plan.size(); ++step) {
    CAPTURE(step, describe(plan[step].step));
    at(beginning, step);
  }
}

} // namespace lab
