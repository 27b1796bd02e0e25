#pragma once

#include "model/nat.hpp"
#include "model/network.hpp"
#include "model/nic_step.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vdeup {

// One reversible change each. A step names everything that it needs and nothing that it could look up, so
// that it can be printed, sent to another process and checked there.

/// Make a bridge with this MAC and MTU, STP off and no forward delay in the creating message, then mark it.
struct CreateBridge {
  IfName name;
  MacAddress mac;
  std::uint32_t mtu = 1500;
  std::optional<NatMark> nat{}; ///< none: it is the host's, and not one switch's
  bool operator==(const CreateBridge&) const = default;
};

/// Mark a bridge that we made and could not mark before we died; its MAC proves that it is ours.
struct MarkBridge {
  IfName name;
  MacAddress mac;
  std::optional<NatMark> nat{};
  bool operator==(const MarkBridge&) const = default;
};

/// Delete a bridge that bears this mark and has no port.
struct DeleteBridge {
  IfName name;
  std::optional<NatMark> nat{};
  bool operator==(const DeleteBridge&) const = default;
};

/// Make a persistent TAP that its owner can open without privilege.
struct CreateTap {
  IfName name;
  Identity owner;
  std::uint32_t mtu = 1500;
  TapMark mark;
  bool operator==(const CreateTap&) const = default;
};

/// Delete the TAP that bears this mark.
struct DeleteTap {
  IfName name;
  TapMark mark;
  bool operator==(const DeleteTap&) const = default;
};

struct SetUp {
  IfName name;
  bool operator==(const SetUp&) const = default;
};

struct SetDown {
  IfName name;
  bool operator==(const SetDown&) const = default;
};

/// Make an interface a port of a bridge, or of none.
struct SetBridge {
  IfName port;
  std::optional<IfName> bridge;
  bool operator==(const SetBridge&) const = default;
};

/// Start a vde_switch as the owner, on a TAP or without one, and wait until it has proven itself.
struct StartSwitch {
  Scope scope;
  std::optional<IfName> tap;
  SwitchAccess access{};
  UplinkKind made_for = UplinkKind::bridge; ///< the switch carries it, for who comes later
};

/// Stop a vde_switch; with `kill`, also one that does not answer.
struct StopSwitch {
  Scope scope;
  bool kill = false;
};

/// Remove the sockets and the directory of a switch that is gone.
struct SweepSockets {
  Scope scope;
};

/// Join a switch to the outside by user-mode NAT, with a process of the owner's, and wait until that answers.
struct StartUplink {
  Scope scope;
  std::vector<Forward> forwards{};
};

/// End the process that joins a switch to the outside.
struct StopUplink {
  Scope scope;
};

using LinkStep = std::variant<CreateBridge, MarkBridge, DeleteBridge, CreateTap, DeleteTap, SetUp, SetDown,
                              SetBridge, NicStep>;
using SwitchStep = std::variant<StartSwitch, StopSwitch, SweepSockets, StartUplink, StopUplink>;
using Step = std::variant<LinkStep, SwitchStep, NatStep>;

/// Say what a step does, in one line and in the words of ip(8): "create TAP tap0, owner acue, mtu 1500".
[[nodiscard]] std::string describe(const Step& step);

/// A step for programs: what kind it is, and the device or socket directory that it is about.
struct StepName {
  std::string_view kind; ///< create-bridge, delete-tap, start-switch, …
  std::string object;
};
[[nodiscard]] StepName name_of(const Step& step);

/// A step with its inverse, computed from what was observed. No inverse: what it changes was not ours, or
/// was broken, and is not brought back.
struct PlannedStep {
  Step step;
  std::optional<Step> undo;
};

using Plan = std::vector<PlannedStep>;

} // namespace vdeup
