#include "cli/wiring.hpp"

#include "kernel/vm_tap.hpp"
#include "nat/nat_networks.hpp"
#include "network/path_observer.hpp"
#include "privilege/helper_host.hpp"
#include "vde/vde_path.hpp"

#include <fmt/format.h>

#include <unistd.h>

namespace vdeup::cli {

Result<Wiring> Wiring::connect(const Log& log, const privilege::PrivilegeWish& wish, Looks looks) {
  TRY(auto direct, kernel::KernelHost::open());
  std::unique_ptr<engine::LinkHost> links = std::move(direct);
  std::unique_ptr<engine::NatHost> nats = std::make_unique<nat::NatNetworks>();
  std::shared_ptr<privilege::Session> session;
  if (!kernel::KernelHost::may_make_devices() && ::geteuid() != 0) {
    session = std::make_shared<privilege::Session>(wish, [&log](std::string_view way) {
      log.debug(fmt::format("vdeup-helper has its privilege by {}", way));
    });
    links = std::make_unique<privilege::HelperHost>(std::move(links), session);
    using Rules = privilege::HelperNats::Rules;
    nats = std::make_unique<privilege::HelperNats>(
        std::move(nats), session, looks == Looks::thorough ? Rules::asked_for : Rules::left_open);
  }
  return Wiring{
      std::move(links),  std::make_unique<vde::VdeHost>(), std::move(nats), config::host_seed(), log,
      std::move(session)};
}

Result<std::unique_ptr<engine::LaneHost>> Wiring::open_lane() const {
  if (m_session)
    return std::unique_ptr<engine::LaneHost>{std::make_unique<privilege::HelperLane>(m_session)};
  TRY(auto lane, kernel::KernelLane::open());
  return std::unique_ptr<engine::LaneHost>{std::move(lane)};
}

Result<> Wiring::may_attach(const IfName& bridge) const {
  return m_session ? m_session->may_attach(bridge) : ok();
}

void Wiring::end_privilege() const {
  if (m_session)
    m_session->end();
}

Result<privilege::PrivilegeWish> privilege_wish(const Context& context) {
  if (!context.files.privilege)
    return context.call.privilege;
  TRY(auto weaker, parse_privilege(*context.files.privilege));
  return context.call.privilege.over(weaker);
}

Result<PathWiring> PathWiring::connect() {
  TRY(auto kernel, network::PathObserver::open());
  return PathWiring{std::move(kernel), std::make_unique<vde::VdePath>()};
}

namespace {

std::string_view state_text(engine::Journal::State state) {
  switch (state) {
  case engine::Journal::State::intended:
    return "begin";
  case engine::Journal::State::done:
    return "done";
  case engine::Journal::State::undone:
    return "undone";
  case engine::Journal::State::undo_failed:
    break;
  }
  return "cannot undo";
}

} // namespace

engine::Journal::Listener Wiring::step_listener() const {
  return [&log = m_log](const PlannedStep& planned, const engine::Journal::Entry& entry) {
    if (log.shows(LogLevel::debug))
      log.debug(fmt::format("{}: {}", state_text(entry.state), describe(planned.step)));
  };
}

namespace {

/// The uplink that is asked for. The setup commands make what the manual page describes, a bridge, unless an
/// option says otherwise; what `run` is to do can be settled once for all.
Result<std::optional<UplinkKind>> wanted_uplink(const Invocation& call, const config::FileSettings& files) {
  std::optional<std::string> word = call.uplink;
  const bool names_bridge = call.bridge || call.interface || call.run.lane == Lane::tap;
  if (!word && (names_bridge || (call.command == CommandWord::create && call.forwards.empty())))
    word = "bridge";
  if (!word && call.command == CommandWord::run && call.forwards.empty())
    word = config::uplink_word(config::Environment::read(), files);
  if (!word)
    return std::optional<UplinkKind>{};
  TRY(check_uplink(*word));
  return parse_uplink(*word); // none for auto
}

} // namespace

Result<plan::Request> make_request(const Invocation& call, const config::FileSettings& files) {
  TRY(auto settled, config::settle(call.choice, config::Environment::read(), files));
  plan::Request request{.scope = std::move(settled.scope),
                        .access = std::move(settled.access),
                        .force = call.force,
                        .by_root = ::geteuid() == 0};
  if (const auto& name = call.bridge ? call.bridge : files.bridge) {
    TRY(request.bridge, IfName::parse(*name));
  }
  TRY(request.uplink, wanted_uplink(call, files));
  request.forwards = call.forwards;
  if (request.uplink && request.uplink != UplinkKind::bridge)
    request.bridge.reset(); // a file names it for when there is one
  request.may_move_nic = call.command == CommandWord::create;
  request.without_nic = call.interface == "none";
  if (call.interface && !request.without_nic) {
    TRY(request.interface, IfName::parse(*call.interface));
  }
  return request;
}

} // namespace vdeup::cli
