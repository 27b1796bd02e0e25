#pragma once

#include "model/host_facts.hpp"
#include "model/path_probe.hpp"
#include "plan/request.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::plan {

/// A problem of a network, or a fact worth knowing.
struct Finding {
  enum class Severity {
    fault, ///< VMs cannot reach the outside, or will not
    note,  ///< no problem, but worth knowing
  };
  Severity severity = Severity::fault;
  std::string what; ///< in the user's words
  Hints hints{};    ///< each the command that corrects it; in `…` if there is other text
};

/// The observed state of a network and its host. What was not observed is empty.
struct Evidence {
  Network network;
  std::vector<Link> links{};           ///< every link of the host
  std::vector<Tap> taps{};             ///< with the mark of this switch, in use or not
  std::vector<LearntAddress> learnt{}; ///< by the switch
  std::vector<TapHolder> holders{};    ///< processes that have the TAP open, if the switch does not
  std::optional<HostFacts> facts{};    ///< about the TAP's bridge
  std::optional<PathProbe> probe{};
  bool must_probe = false; ///< a probe was requested: without one there is a fault
};

/// What keeps VMs from reaching the outside.
struct Diagnosis {
  bool nothing_there = false; ///< neither a switch nor a TAP
  std::vector<Finding> findings{};

  [[nodiscard]] bool is_sound() const;
};

/// Find the problems of an observed network. Pure.
[[nodiscard]] Diagnosis diagnose(const Request& request, const Evidence& evidence);

/// The reason why this network cannot be probed; empty if it can.
[[nodiscard]] std::string obstacle_to_probe(const Network& network);

/// True if the network has a TAP and the switch is not known to have it open.
[[nodiscard]] bool has_unclaimed_tap(const Network& network);

} // namespace vdeup::plan
