#pragma once

#include "cli/commands.hpp"
#include "network/world.hpp"
#include "plan/request.hpp"
#include "privilege/helper_client.hpp"

#include <memory>

namespace vdeup::cli {

/// The parts, put together: the one place that chooses which host a plan is carried out on.
class Wiring {
 public:
  /// The real hosts: this kernel, and switches of this machine. Who has no right to change the kernel's side
  /// has it changed by vdeup-helper, which is started at the first change; or at the first look at what can
  /// be seen with privilege only, where a command is about that.
  enum class Looks { cheap, thorough };
  [[nodiscard]] static Result<Wiring>
  connect(const Log& log, const privilege::ElevationOptions& elevation = {}, Looks looks = Looks::cheap);

  Wiring(std::unique_ptr<engine::LinkHost> links, std::unique_ptr<engine::SwitchHost> switches,
         std::unique_ptr<engine::NatHost> nats, std::unique_ptr<engine::LaneHost> lanes, const Log& log,
         std::shared_ptr<privilege::HelperClient> helper = {})
      : m_links(std::move(links)),
        m_switches(std::move(switches)),
        m_nats(std::move(nats)),
        m_lanes(std::move(lanes)),
        m_world{{*m_links, *m_switches, *m_nats}, *m_lanes, config::host_seed(), log},
        m_helper(std::move(helper)) {}

  [[nodiscard]] const network::World& world() const { return m_world; }

  /// Where changes are asked for that we may not make ourselves; none if we may make them.
  [[nodiscard]] privilege::HelperClient* helper() const { return m_helper.get(); }
  /// End the helper, if one was started: nothing privileged is to live as long as a VM.
  void end_privilege() const;

 private:
  std::unique_ptr<engine::LinkHost> m_links;
  std::unique_ptr<engine::SwitchHost> m_switches;
  std::unique_ptr<engine::NatHost> m_nats;
  std::unique_ptr<engine::LaneHost> m_lanes;
  network::World m_world;                            ///< of these
  std::shared_ptr<privilege::HelperClient> m_helper; ///< none: we have the right ourselves
};

/// Which ways to privilege a call allows: the options, then the configuration. Errors: usage.
[[nodiscard]] Result<privilege::ElevationOptions> elevation_options(const Context& context);

/// What a command line asks for, with names checked and the settings of the environment and of files in it.
[[nodiscard]] Result<plan::Request> make_request(const Invocation& call, const config::FileSettings& files);

} // namespace vdeup::cli
