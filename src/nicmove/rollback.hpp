#pragma once

#include "model/nic_move.hpp"
#include "nicmove/hosts.hpp"

#include <string>
#include <vector>

namespace vdeup::nicmove {

/// Check that the NIC of a move exists under its name. Without it the host may be reachable through the
/// bridge only, and a rollback would lose the addresses. Errors: conflict; lookup failures.
[[nodiscard]] Result<> check_nic_exists(const MoveHosts& hosts, const NicMove& move);

/// Execute all steps, also when some fail: each is useful without the others. Returns the failures. Waits for
/// no other process and reads no file except those under /proc/sys.
[[nodiscard]] std::vector<Error> execute_all(engine::LinkHost& links, const std::vector<LinkStep>& steps);

/// Bring the kernel back to where a move began, from any point of the move, as far as possible. May be
/// repeated until it succeeds: what is restored already stays. Does nothing while the NIC is gone.
///
/// Waits for nothing and reads no file except those under /proc/sys. Returns what still differs.
[[nodiscard]] std::vector<std::string> roll_back(const MoveHosts& hosts, const NicMove& move);

} // namespace vdeup::nicmove
