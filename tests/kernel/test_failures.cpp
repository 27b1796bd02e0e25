#include "cli/ensure.hpp"
#include "support/spawn.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>

using namespace lab;
namespace vd = vdeup;

namespace {

/// Counts the steps of a plan and strikes at one of them; undoing counts apart.
struct Trouble {
  enum class Kind { none, fail_before, kill_after };
  Kind kind = Kind::none;
  int at = -1;
  int undo_fails_at = -1; ///< which undo fails, counted from the first one
  int step = 0;
  int undo = 0;
  bool is_undoing = false;

  vd::Result<> strike_before() {
    if (is_undoing)
      return undo++ == undo_fails_at ? injected("undo") : vd::ok();
    if (kind == Kind::fail_before && step == at) {
      is_undoing = true;
      return injected("step");
    }
    return vd::ok();
  }
  void strike_after() {
    if (is_undoing)
      return;
    if (kind == Kind::kill_after && step == at)
      ::kill(::getpid(), SIGKILL);
    ++step;
  }
  static vd::Result<> injected(const char* where) {
    return vd::fail(vd::Error{vd::ErrorKind::failed, fmt::format("injected at {}", where), {}, {}});
  }
};

/// The real hosts, with trouble.
class TroubledLinks final : public vd::engine::LinkHost {
 public:
  explicit TroubledLinks(Trouble& trouble)
      : m_real(vd::kernel::KernelHost::open().value()), m_trouble(trouble) {}
  vd::Result<std::vector<vd::Link>> links() override { return m_real->links(); }
  vd::Result<std::optional<vd::Link>> link(const vd::IfName& name) override { return m_real->link(name); }
  vd::Result<std::optional<vd::Link>> link(std::uint32_t index) override { return m_real->link(index); }
  vd::Result<> execute(const vd::LinkStep& step) override {
    TRY(m_trouble.strike_before());
    TRY(m_real->execute(step));
    m_trouble.strike_after();
    return vd::ok();
  }

 private:
  std::unique_ptr<vd::kernel::KernelHost> m_real;
  Trouble& m_trouble;
};

class TroubledSwitches final : public vd::engine::SwitchHost {
 public:
  explicit TroubledSwitches(Trouble& trouble) : m_trouble(trouble) {}
  vd::Result<vd::Switch> inspect(const vd::Scope& scope) override { return m_real.inspect(scope); }
  vd::Result<std::optional<pid_t>> find_orphan(const vd::Scope& scope) override {
    return m_real.find_orphan(scope);
  }
  vd::Result<> check_host_ports(const vd::Scope& scope, const std::vector<vd::Forward>& forwards) override {
    return m_real.check_host_ports(scope, forwards);
  }
  vd::Result<> execute(const vd::SwitchStep& step) override {
    TRY(m_trouble.strike_before());
    TRY(m_real.execute(step));
    m_trouble.strike_after();
    return vd::ok();
  }

 private:
  vd::vde::VdeHost m_real;
  Trouble& m_trouble;
};

vd::plan::Request our_request(const std::string& uplink) {
  vd::cli::Invocation call{.command = vd::cli::CommandWord::create, .uplink = uplink};
  if (can_be_others())
    call.choice.user = "nobody";
  return vd::cli::make_request(call, {}).value();
}

/// What the command create does, on hosts with trouble.
vd::Result<> create_with(Trouble& trouble, const std::string& uplink = "bridge") {
  const auto request = our_request(uplink);
  const vd::cli::Log log{"vdeup", vd::cli::LogLevel::error};
  const vd::cli::Wiring wiring{std::make_unique<TroubledLinks>(trouble),
                               std::make_unique<TroubledSwitches>(trouble), vd::config::host_seed(), log};
  TRY(auto lock, vd::cli::lock_switch(request.scope));
  auto ensured = vd::cli::ensure(wiring, request, false);
  vd::cli::release_unused(std::move(lock), request.scope);
  if (!ensured)
    return vd::fail(std::move(ensured).error());
  return vd::ok();
}

std::vector<std::string> for_owner(std::vector<std::string> words) {
  if (can_be_others())
    words.insert(words.end(), {"-u", "nobody"});
  return words;
}

void require_create_and_cancel_restore(const std::string& before) {
  const auto create = run_vdeup(for_owner({"create"}));
  INFO(create.out << create.err);
  REQUIRE(create.status == 0);
  REQUIRE(run_vdeup(for_owner({"check"})).status == 0);
  const auto cancel = run_vdeup(for_owner({"cancel", "--bridge"}));
  INFO(cancel.out << cancel.err);
  REQUIRE(cancel.status == 0);
  CHECK(changes_since(before) == "");
}

/// The plan from nothing: bridge, up (which has no undo of its own), TAP, port, up, switch.
constexpr int k_steps = 6;
/// And without a TAP: switch, slirp.
constexpr int k_slirp_steps = 2;

/// A slirp whose switch is gone is still about to end.
bool has_no_uplink_soon() {
  return eventually([] { return list_uplinks().empty(); });
}

void require_slirp_and_cancel_restore(const std::string& before) {
  const auto create = run_vdeup(for_owner({"create", "--uplink", "slirp"}));
  INFO(create.out << create.err);
  REQUIRE(create.status == 0);
  REQUIRE(run_vdeup(for_owner({"check"})).status == 0);
  REQUIRE(run_vdeup(for_owner({"cancel"})).status == 0);
  CHECK(changes_since(before) == "");
}

} // namespace

TEST_CASE("create: has as many steps as these tests strike at", "[kernel]") {
  Trouble none;
  REQUIRE(create_with(none));
  CHECK(none.step == k_steps);
}

TEST_CASE("create: failing at any step leaves everything as it was", "[kernel]") {
  const std::string before = snapshot();
  Trouble trouble{.kind = Trouble::Kind::fail_before, .at = GENERATE(range(0, k_steps))};
  CAPTURE(trouble.at);
  const auto failed = create_with(trouble);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().what == "injected at step");
  CHECK(changes_since(before) == "");
  require_create_and_cancel_restore(before);
}

TEST_CASE("create: killed after any step, the next call finds what was left", "[kernel]") {
  const std::string before = snapshot();
  Trouble trouble{.kind = Trouble::Kind::kill_after, .at = GENERATE(range(0, k_steps))};
  CAPTURE(trouble.at);
  const pid_t child = ::fork();
  if (child == 0) {
    (void)create_with(trouble);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  SECTION("create goes on") {
    require_create_and_cancel_restore(before);
  }
  SECTION("cancel clears it") {
    const auto cancel = run_vdeup(for_owner({"cancel", "--bridge"}));
    INFO(cancel.out << cancel.err);
    CHECK(cancel.status == 0);
    CHECK(changes_since(before) == "");
  }
}

TEST_CASE("create: when undoing fails as well, the rest is undone and the next call repairs", "[kernel]") {
  const std::string before = snapshot();
  Trouble trouble{.kind = Trouble::Kind::fail_before,
                  .at = k_steps - 1,
                  .undo_fails_at = GENERATE(range(0, k_steps - 2))};
  CAPTURE(trouble.undo_fails_at);
  const auto failed = create_with(trouble);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().what == "injected at step");
  CHECK(failed.error().hint.find("not undone: ") != std::string::npos);
  require_create_and_cancel_restore(before);
}

TEST_CASE("slirp: has as many steps as these tests strike at", "[kernel]") {
  Trouble none;
  REQUIRE(create_with(none, "slirp"));
  CHECK(none.step == k_slirp_steps);
}

TEST_CASE("slirp: failing at any step leaves everything as it was", "[kernel]") {
  const std::string before = snapshot();
  Trouble trouble{.kind = Trouble::Kind::fail_before, .at = GENERATE(range(0, k_slirp_steps))};
  CAPTURE(trouble.at);
  const auto failed = create_with(trouble, "slirp");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().what == "injected at step");
  CHECK(changes_since(before) == "");
  require_slirp_and_cancel_restore(before);
}

TEST_CASE("slirp: killed after any step, the next call finds what was left", "[kernel]") {
  const std::string before = snapshot();
  Trouble trouble{.kind = Trouble::Kind::kill_after, .at = GENERATE(range(0, k_slirp_steps))};
  CAPTURE(trouble.at);
  const pid_t child = ::fork();
  if (child == 0) {
    (void)create_with(trouble, "slirp");
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  SECTION("create goes on") {
    require_slirp_and_cancel_restore(before);
  }
  SECTION("cancel clears it") {
    REQUIRE(run_vdeup(for_owner({"cancel"})).status == 0);
    CHECK(has_no_uplink_soon());
    CHECK(changes_since(before) == "");
  }
}

TEST_CASE("slirp: when undoing fails as well, the next call repairs", "[kernel]") {
  const std::string before = snapshot();
  Trouble trouble{.kind = Trouble::Kind::fail_before, .at = k_slirp_steps - 1, .undo_fails_at = 0};
  const auto failed = create_with(trouble, "slirp");
  REQUIRE_FALSE(failed);
  CHECK(failed.error().hint.find("not undone: ") != std::string::npos);
  require_slirp_and_cancel_restore(before);
}
