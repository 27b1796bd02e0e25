#pragma once

#include "base/log.hpp"
#include "engine/host.hpp"
#include "engine/journal.hpp"
#include "engine/lane.hpp"
#include "engine/observe.hpp"

#include <string>
#include <utility>

namespace vdeup::network {

/// The parts of this machine that a network is made of, and what they are observed with. Owns only the seed.
struct World {
  engine::Host host;
  engine::LaneHost& lanes;
  std::string host_seed; ///< makes names and addresses unique among hosts
  const Log& log;

  /// As engine::observe_switch() and engine::survey(); around a switch that was observed already, if given.
  [[nodiscard]] Result<Network> observe(const Scope& scope) const {
    return engine::observe_switch(host, scope, host_seed);
  }
  [[nodiscard]] Result<Network> observe(const Scope& scope, Switch vde_switch) const {
    return engine::observe_around(host, scope, host_seed, std::move(vde_switch));
  }
  [[nodiscard]] Result<engine::Survey> survey(const Scope& scope, Switch vde_switch) const {
    return engine::survey_around(host, scope, host_seed, std::move(vde_switch));
  }
  [[nodiscard]] Result<engine::Survey> survey(const Scope& scope) const {
    return engine::survey(host, scope, host_seed);
  }

  /// Tells the log of each step.
  [[nodiscard]] engine::Journal::Listener step_listener() const;
  [[nodiscard]] engine::Journal journal() const { return engine::Journal{step_listener()}; }
};

} // namespace vdeup::network
