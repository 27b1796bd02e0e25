#pragma once

#include "model/host_facts.hpp"
#include "model/path_probe.hpp"
#include "plan/request.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::plan {

/// One thing that is not as a VM needs it, or that is worth knowing.
struct Finding {
  enum class Severity {
    fault, ///< a VM does not get through, or will not
    note,  ///< sound, but worth knowing
  };
  Severity severity = Severity::fault;
  std::string what; ///< in the user's words
  Hints hints{};    ///< each the command that mends it; with more words around it, it stands in `…`
};

/// All that was seen of a network and around it. What was not looked at stays empty.
struct Evidence {
  Network network;
  std::vector<Link> links{};            ///< every link of the host
  std::vector<Tap> taps{};              ///< that bear the mark of this switch, also those out of use
  std::vector<LearntAddress> learnt{};  ///< by the switch
  std::vector<TapHolder> holders{};     ///< who has the TAP open, if the switch does not
  std::optional<HostFacts> facts{};     ///< asked for the TAP's bridge
  std::optional<PathProbe> probe{};
  bool must_probe = false; ///< a proof was asked for: that there is none is a fault
};

/// What stands in the way of a VM that wants to reach the outside.
struct Diagnosis {
  bool nothing_there = false; ///< no switch, no TAP: nobody has made a network
  std::vector<Finding> findings{};

  [[nodiscard]] bool is_sound() const;
};

/// Judge an observed network. Pure.
[[nodiscard]] Diagnosis diagnose(const Request& request, const Evidence& evidence);

/// Say why frames cannot be sent through this network for a proof; empty: they can.
[[nodiscard]] std::string obstacle_to_probe(const Network& network);

/// True if the TAP of a network is there and the switch is not known to have it open, so that it matters who
/// has.
[[nodiscard]] bool has_unclaimed_tap(const Network& network);

} // namespace vdeup::plan
