#include "nic/nic_lab.hpp"
#include "support/lab.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace lab;
namespace vd = vdeup;

namespace {

constexpr std::size_t k_never = ~std::size_t{0};

/// The real kernel, with trouble at one step, and at one undo.
class TroubledLinks final : public vd::engine::LinkHost {
 public:
  std::size_t fails_at = k_never;
  std::size_t dies_after = k_never;
  std::size_t undo_fails_at = k_never; ///< counted from the first undo

  explicit TroubledLinks(vd::engine::LinkHost& real) : m_real(real) {}
  vd::Result<std::vector<vd::Link>> links() override { return m_real.links(); }
  vd::Result<std::optional<vd::Link>> link(const vd::IfName& name) override { return m_real.link(name); }
  vd::Result<std::optional<vd::Link>> link(std::uint32_t index) override { return m_real.link(index); }
  vd::Result<> execute(const vd::LinkStep& step) override {
    if (m_is_undoing ? m_undo++ == undo_fails_at : m_step == fails_at) {
      m_is_undoing = true;
      return vd::fail(vd::Error{vd::ErrorKind::failed, "injected", {}, {}});
    }
    TRY(m_real.execute(step));
    if (!m_is_undoing && m_step++ == dies_after)
      ::kill(::getpid(), SIGKILL);
    return vd::ok();
  }

 private:
  vd::engine::LinkHost& m_real;
  bool m_is_undoing = false;
  std::size_t m_step = 0;
  std::size_t m_undo = 0;
};

/// A NIC with something of everything, at the beginning of a move in this direction.
class Beginning {
 public:
  explicit Beginning(vd::NicMove::Direction direction) : m_is_out(direction == vd::NicMove::Direction::out) {
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

  [[nodiscard]] vd::Plan plan() const { return m_is_out ? mover.plan_out() : mover.plan_in(); }
  [[nodiscard]] vd::NicMove move() const {
    return m_is_out ? vd::plan::describe_give_back(*m_bridge, *m_nic)
                    : vd::plan::describe_nic_move(*m_nic, name_of("ctysbr0"));
  }

  /// What differs now; a bridge that was made anew has another index, and is the same in all else.
  [[nodiscard]] std::string changes() const {
    if (!m_is_out)
      return differences(*m_nic, mover.look("eth0")) + changes_since(m_all);
    vd::NicSnapshot bridge = mover.look("ctysbr0");
    bridge.index = m_bridge->index;
    return differences(*m_nic, mover.look("eth0")) + differences(*m_bridge, bridge);
  }

 private:
  bool m_is_out;
  std::optional<vd::NicSnapshot> m_nic{};
  std::optional<vd::NicSnapshot> m_bridge{};
  std::string m_all{};
};

/// What another process reads back after this one died.
vd::NicMove read_back(const vd::NicMove& move) {
  auto read = vd::parse_nic_move(vd::to_text(move));
  INFO((read ? "" : read.error().message()));
  REQUIRE(read);
  return std::move(read).value();
}

void die_after(std::size_t step, const Beginning& beginning, const vd::Plan& plan) {
  const pid_t child = ::fork();
  if (child == 0) {
    const Mover mover; // with sockets of its own
    TroubledLinks links{mover.links()};
    links.dies_after = step;
    (void)Mover::apply_on(links, plan);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  (void)beginning;
}

vd::NicMove::Direction either_direction() {
  return GENERATE(vd::NicMove::Direction::in, vd::NicMove::Direction::out);
}

} // namespace

TEST_CASE("nic: failing at any step leaves everything as it was", "[nic]") {
  const auto direction = either_direction();
  const Neighbourhood neighbourhood;
  const Beginning beginning{direction};
  const vd::Plan plan = beginning.plan();
  for (std::size_t step = 0; step < plan.size(); ++step) {
    TroubledLinks links{beginning.mover.links()};
    links.fails_at = step;
    INFO(describe(plan[step].step));
    const auto failed = Mover::apply_on(links, beginning.plan());
    REQUIRE_FALSE(failed);
    CHECK(failed.error().what == "injected");
    CHECK(failed.error().hint == "");
    REQUIRE(beginning.changes() == "");
  }
}

TEST_CASE("nic: killed after any step, the record alone brings everything back", "[nic]") {
  const auto direction = either_direction();
  const Neighbourhood neighbourhood;
  const Beginning beginning{direction};
  const vd::Plan plan = beginning.plan();
  const vd::NicMove record = read_back(beginning.move());
  for (std::size_t step = 0; step < plan.size(); ++step) {
    die_after(step, beginning, beginning.plan());
    INFO(describe(plan[step].step));
    CHECK(beginning.mover.restore(record) == "");
    REQUIRE(beginning.changes() == "");
    CHECK(beginning.mover.restore(record) == ""); // and again, with nothing to do
    REQUIRE(beginning.changes() == "");
  }
}

TEST_CASE("nic: when an undo fails as well, the record brings back what is left", "[nic]") {
  const auto direction = either_direction();
  const Neighbourhood neighbourhood;
  const Beginning beginning{direction};
  const vd::Plan plan = beginning.plan();
  const vd::NicMove record = read_back(beginning.move());
  const auto undos = static_cast<std::size_t>(std::count_if(
      plan.begin(), plan.end() - 1, [](const vd::PlannedStep& planned) { return planned.undo; }));
  REQUIRE(undos > 10);
  for (std::size_t undo = 0; undo < undos; ++undo) {
    TroubledLinks links{beginning.mover.links()};
    links.fails_at = plan.size() - 1;
    links.undo_fails_at = undo;
    CAPTURE(undo);
    const auto failed = Mover::apply_on(links, beginning.plan());
    REQUIRE_FALSE(failed);
    CHECK(failed.error().hint.find("not undone: ") != std::string::npos);
    CHECK(beginning.mover.restore(record) == "");
    REQUIRE(beginning.changes() == "");
  }
}
