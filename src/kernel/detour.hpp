#pragma once

#include "base/unique_fd.hpp"
#include "kernel/message_builder.hpp"

namespace vdeup::kernel {

/// Lets IP packets that come in at a NIC arrive as if a bridge had received them, by a program at a place in
/// front of everything that IP and bridges do (tcx, since Linux 6.6). Tagged packets do not take the detour:
/// VLAN devices over the NIC keep theirs. Nor do ARP and neighbour discovery, which are about one cable, and
/// are answered by who is on it.
///
/// Of the ways to do this, tc-mirred(8) wants the bridge to have carrier, and clsact drops what the NIC sends
/// while it is added and removed. This one does neither, and ends with the process that holds it.
class KernelDetour {
 public:
  /// Begin it. Errors: failed where this kernel cannot, or we may not.
  [[nodiscard]] static Result<KernelDetour> begin(const Device& nic, const Device& bridge);

 private:
  explicit KernelDetour(UniqueFd link) : m_link(std::move(link)) {}
  UniqueFd m_link; ///< the detour ends when it is closed
};

} // namespace vdeup::kernel
