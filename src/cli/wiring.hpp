#pragma once

#include "cli/commands.hpp"
#include "engine/host.hpp"
#include "engine/journal.hpp"
#include "engine/lane.hpp"
#include "engine/path.hpp"
#include "kernel/kernel_host.hpp"
#include "plan/request.hpp"
#include "privilege/session.hpp"
#include "vde/vde_host.hpp"

#include <memory>
#include <string>

namespace vdeup::cli {

/// The parts, put together: the one place that chooses which host a plan is carried out on.
class Wiring {
 public:
  /// The real hosts: this kernel, and switches of this machine. Who has no right to change the kernel's side
  /// has it changed by vdeup-helper, which is started at the first change; or at the first look at what can
  /// be seen with privilege only, where a command is about that.
  enum class Looks { cheap, thorough };
  [[nodiscard]] static Result<Wiring> connect(const Log& log, const privilege::PrivilegeWish& wish = {},
                                              Looks looks = Looks::cheap);

  Wiring(std::unique_ptr<engine::LinkHost> links, std::unique_ptr<engine::SwitchHost> switches,
         std::unique_ptr<engine::NatHost> nats, std::string host_seed, const Log& log,
         std::shared_ptr<privilege::Session> session = {})
      : m_links(std::move(links)),
        m_switches(std::move(switches)),
        m_nats(std::move(nats)),
        m_host_seed(std::move(host_seed)),
        m_log(log),
        m_session(std::move(session)) {}

  [[nodiscard]] engine::Host host() const { return {*m_links, *m_switches, *m_nats}; }
  [[nodiscard]] const std::string& host_seed() const { return m_host_seed; }
  [[nodiscard]] const Log& log() const { return m_log; }
  /// Tells the log what is done.
  [[nodiscard]] engine::Journal::Listener step_listener() const;
  [[nodiscard]] engine::Journal journal() const { return engine::Journal{step_listener()}; }

  /// Where TAPs for VMs are made. Only a launch with that lane pays for it.
  [[nodiscard]] Result<std::unique_ptr<engine::LaneHost>> open_lane() const;
  /// Say whether the caller may have a TAP on a bridge. Errors: why not, for people.
  [[nodiscard]] Result<> may_attach(const IfName& bridge) const;
  /// Where changes are asked for that we may not make ourselves; none if we may make them.
  [[nodiscard]] privilege::Session* session() const { return m_session.get(); }
  /// End the helper, if one was started: nothing privileged is to live as long as a VM.
  void end_privilege() const;

 private:
  std::unique_ptr<engine::LinkHost> m_links;
  std::unique_ptr<engine::SwitchHost> m_switches;
  std::unique_ptr<engine::NatHost> m_nats;
  std::string m_host_seed;
  const Log& m_log;
  std::shared_ptr<privilege::Session> m_session; ///< none: we have the right ourselves
};

/// Which ways to privilege a call allows: the options, then the configuration. Errors: usage.
[[nodiscard]] Result<privilege::PrivilegeWish> privilege_wish(const Context& context);

/// The parts that look along the way of a frame, for the command that needs them.
class PathWiring {
 public:
  [[nodiscard]] static Result<PathWiring> connect();

  PathWiring(std::unique_ptr<engine::KernelPath> kernel, std::unique_ptr<engine::SwitchPath> switches)
      : m_kernel(std::move(kernel)), m_switches(std::move(switches)) {}

  [[nodiscard]] engine::KernelPath& kernel() const { return *m_kernel; }
  [[nodiscard]] engine::SwitchPath& switches() const { return *m_switches; }

 private:
  std::unique_ptr<engine::KernelPath> m_kernel;
  std::unique_ptr<engine::SwitchPath> m_switches;
};

/// What a command line asks for, with names checked and the settings of the environment and of files in it.
[[nodiscard]] Result<plan::Request> make_request(const Invocation& call, const config::FileSettings& files);

} // namespace vdeup::cli
