#pragma once

#include "cli/options.hpp"
#include "engine/host.hpp"
#include "kernel/kernel_host.hpp"
#include "plan/request.hpp"
#include "vde/vde_host.hpp"

#include <memory>
#include <string>

namespace vdeup::cli {

/// The parts, put together: the one place that chooses which host a plan is carried out on.
class Wiring {
 public:
  /// The real hosts: this kernel, and switches of this machine.
  [[nodiscard]] static Result<Wiring> connect();

  Wiring(std::unique_ptr<engine::LinkHost> links, std::unique_ptr<engine::SwitchHost> switches,
         std::string host_seed)
      : m_links(std::move(links)), m_switches(std::move(switches)), m_host_seed(std::move(host_seed)) {}

  [[nodiscard]] engine::Host host() const { return {*m_links, *m_switches}; }
  [[nodiscard]] const std::string& host_seed() const { return m_host_seed; }

 private:
  std::unique_ptr<engine::LinkHost> m_links;
  std::unique_ptr<engine::SwitchHost> m_switches;
  std::string m_host_seed;
};

/// What a command line asks for, with names checked and the environment's settings in it.
[[nodiscard]] Result<plan::Request> make_request(const Invocation& call);

} // namespace vdeup::cli
