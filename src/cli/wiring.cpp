#include "cli/wiring.hpp"

#include "config/settings.hpp"
#include "kernel/kernel_host.hpp"
#include "kernel/vm_tap.hpp"
#include "nat/nat_networks.hpp"
#include "privilege/helper_host.hpp"
#include "vde/vde_host.hpp"

#include <fmt/format.h>

#include <unistd.h>

namespace vdeup::cli {

Result<Wiring> Wiring::connect(const Log& log, const privilege::ElevationOptions& elevation, Looks looks) {
  TRY(auto direct, kernel::KernelHost::open());
  std::unique_ptr<engine::LinkHost> links = std::move(direct);
  std::unique_ptr<engine::NatHost> nats = std::make_unique<nat::NatNetworks>();
  std::unique_ptr<engine::LaneHost> lanes = std::make_unique<kernel::KernelLane>();
  std::shared_ptr<privilege::HelperClient> helper;
  if (!kernel::KernelHost::may_make_devices() && ::geteuid() != 0) {
    helper = std::make_shared<privilege::HelperClient>(elevation, [&log](std::string_view method) {
      log.debug(fmt::format("vdeup-helper has its privileges by {}", method));
    });
    links = std::make_unique<privilege::HelperHost>(std::move(links), helper);
    using Rules = privilege::HelperNats::Rules;
    nats = std::make_unique<privilege::HelperNats>(
        std::move(nats), helper, looks == Looks::thorough ? Rules::asked_for : Rules::left_open);
    lanes = std::make_unique<privilege::HelperLane>(helper);
  }
  return Wiring{std::move(links), std::make_unique<vde::VdeHost>(), std::move(nats), std::move(lanes), log,
                std::move(helper)};
}

void Wiring::end_privilege() const {
  if (m_helper)
    m_helper->end();
}

Result<privilege::ElevationOptions> elevation_options(const Context& context) {
  if (!context.files.privilege)
    return context.call.privilege;
  TRY(auto weaker, parse_privilege(*context.files.privilege));
  return context.call.privilege.over(weaker);
}

namespace {

/// The uplink that is asked for. The setup commands make what the manual page describes, a bridge, unless an
/// option says otherwise; what `run` is to do can be settled once for all.
Result<std::optional<UplinkKind>> wanted_uplink(const Invocation& call, const config::FileSettings& files) {
  std::optional<std::string> word = call.uplink;
  const bool names_bridge = call.bridge || call.interface || call.run.lane == launch::Lane::tap;
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
