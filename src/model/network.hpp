#pragma once

#include "base/identity.hpp"
#include "model/access.hpp"
#include "model/device_alias.hpp"
#include "model/link.hpp"
#include "model/names.hpp"
#include "model/nat.hpp"
#include "model/uplink.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vdeup {

/// Where a switch is reached. Both belong to its owner and to nobody else.
struct SwitchSockets {
  SocketPath dir;  ///< QEMUSOCK: the directory that holds `ctl`
  SocketPath mgmt; ///< QEMUMGMT: the management console
  bool operator==(const SwitchSockets&) const = default;
};

/// A Linux bridge.
struct Bridge {
  IfName name;
  MacAddress mac;
  std::uint32_t mtu = 1500;
  bool is_up = true;
  bool stp = false;
  bool is_ours = false;             ///< it bears our mark
  bool is_half_made = false;        ///< we made it and died before we could mark it
  std::optional<NatMark> nat{};     ///< it is the private network of this switch; is_ours is for the others
  std::vector<std::string> ports{}; ///< observed only
};

/// The persistent TAP that ties one switch to one bridge.
struct Tap {
  IfName name;
  std::uint32_t index = 0; ///< observed only; 0 when desired
  uid_t owner = 0;         ///< who may open it without privilege
  std::uint32_t mtu = 1500;
  bool is_up = true;
  bool has_carrier = true;               ///< some process has it open
  std::optional<PortState> port_state{}; ///< observed only: what its bridge does with its frames
  bool is_multi_queue = false;           ///< then vde_switch cannot open it
  std::optional<IfName> bridge;          ///< the bridge it is a port of
  std::optional<TapMark> mark;           ///< none: not made by us
};

/// A process that has a TAP open.
struct TapHolder {
  pid_t pid = 0;
  std::string command; ///< its name; foreign text
};

/// One client or device at a port of a switch, as the switch itself tells it. The text is the client's.
struct Endpoint {
  enum class Kind {
    tap,
    client,
    uplink, ///< our own process that joins the switch to the outside; proven, not only said
    other,
  };
  Kind kind = Kind::other;
  std::string description;
};

struct SwitchPort {
  unsigned number = 0;
  unsigned vlan = 0; ///< of frames without a tag
  std::uint64_t packets_in = 0, bytes_in = 0, packets_out = 0, bytes_out = 0;
  std::vector<Endpoint> endpoints;
};

/// An address that a switch has seen as the source of a frame, and where.
struct LearntAddress {
  MacAddress mac;
  unsigned vlan = 0;
  unsigned port = 0;
};

/// A vde_switch, running or not.
struct Switch {
  enum class Life {
    absent, ///< no process and no trace of one
    dead,   ///< sockets of a process that is gone
    mute,   ///< a process accepts connections and gives no valid answer
    alive,  ///< it answers, and it is who it says
  };
  Life life = Life::absent;
  pid_t pid = 0;                        ///< of the process behind the sockets; proven by SO_PEERCRED
  uid_t uid = 0;                        ///< and the user it runs as
  std::optional<MacAddress> mac{};      ///< its own address; frames do not need it
  std::uint64_t uptime = 0;             ///< in seconds
  std::optional<SwitchAccess> access{}; ///< whom its socket directory lets in; none: no such mode is ours
  bool accepts_clients = false;         ///< its `ctl` socket is there and is listened to
  std::optional<IfName> tap{};          ///< the TAP at one of its ports
  /// What its maker wanted for it, which it carries with it; none: not said. Read only where it has no TAP.
  std::optional<UplinkKind> made_for{};
  std::optional<SlirpUplink> slirp{}; ///< the user-mode NAT at one of its ports
  unsigned port_limit = 0;            ///< how many ports there can be
  std::vector<SwitchPort> ports{};

  /// The clients attached: VMs, as far as we know.
  [[nodiscard]] std::vector<std::string> clients() const;
};

/// The network of one owner: what is asked for, or what the kernel and the switch show.
struct Network {
  std::optional<Bridge> bridge{};
  std::optional<Tap> tap{};
  Switch vde_switch{};
  std::optional<Nat> nat{}; ///< what makes that bridge a private network, if it is to be one
};

/// The uplink of a network, sound or not: a bridge where its switch has a TAP, else what the switch was made
/// for. Nothing where there is no switch, or nobody has said what it is for.
[[nodiscard]] std::optional<UplinkKind> uplink_of(const Network& network);

/// Whose network, and where its switch is reached.
struct Scope {
  Identity owner;
  SwitchSockets sockets;
};

/// The mark of the private network of a scope's switch.
[[nodiscard]] NatMark nat_mark(const Scope& scope);

} // namespace vdeup
