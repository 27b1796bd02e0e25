#pragma once

#include "model/move_options.hpp"
#include "model/names.hpp"
#include "model/nic_move.hpp"

#include <string>
#include <variant>

namespace vdeup::privilege {

// What a caller can ask for that has to do with a NIC of the host. Each is a whole transaction: what has to
// be known of the NIC is looked at by who carries it out.

/// Move this NIC into a bridge that is made for it.
struct MoveNicIn {
  IfName bridge;
  IfName nic;
  MoveOptions options;
  bool operator==(const MoveNicIn&) const = default;
};

/// Give the NIC that is in a bridge of ours back, and delete the bridge.
struct MoveNicOut {
  enum class How {
    rehearsed, ///< only say whether it may be done, once the caller's TAPs are gone
    made,
    rolled_back, ///< and forget the move into it: it led to nothing
  };
  IfName bridge;
  MoveOptions options;
  How how = How::made;
  bool operator==(const MoveNicOut&) const = default;
};

/// Take the last move back, or the one that waits to be confirmed.
struct UndoNicMove {
  MoveOptions options;
  bool operator==(const UndoNicMove&) const = default;
};

/// Keep the move that waits to be confirmed.
struct ConfirmNicMove {
  bool operator==(const ConfirmNicMove&) const = default;
};

using NicRequest = std::variant<MoveNicIn, MoveNicOut, UndoNicMove, ConfirmNicMove>;

/// For people: "move eth0 into ctysbr0".
[[nodiscard]] std::string describe(const NicRequest& request);
[[nodiscard]] const MoveOptions* options_of(const NicRequest& request);

/// A move that was made.
struct MovedNic {
  NicMove::Direction direction = NicMove::Direction::in;
  IfName nic;
  IfName bridge;
  bool operator==(const MovedNic&) const = default;
};

} // namespace vdeup::privilege
