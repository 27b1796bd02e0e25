#pragma once

#include "model/nic_move.hpp"
#include "nicmove/hosts.hpp"

#include <string>
#include <vector>

namespace vdeup::nicmove {

/// Check that the NIC of a move is there under its name. Without it all that its host is reached by may be on
/// the bridge, and to take that away would give it to nobody. Errors: conflict; those of looking.
[[nodiscard]] Result<> check_nic_is_there(const MoveHosts& hosts, const NicMove& move);

/// Bring the kernel back to where a move began, from whatever point it has come to, as far as that can be
/// done. To be repeated until it succeeds: what is there already stays. Does nothing while the NIC is gone.
///
/// Waits for nothing, and touches no file but those under /proc/sys. Returns what is still not as it was;
/// nothing if all is.
[[nodiscard]] std::vector<std::string> take_back(const MoveHosts& hosts, const NicMove& move);

} // namespace vdeup::nicmove
