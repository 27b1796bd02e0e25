#pragma once

#include "base/unique_fd.hpp"
#include "kernel/message_builder.hpp"

namespace vdeup::kernel {

/// Redirects IP packets that arrive at a NIC to the ingress of a bridge, with a BPF program that runs before
/// IP and bridges (tcx, since Linux 6.6). VLAN-tagged packets are not redirected, so that VLAN devices on the
/// NIC keep working, nor are ARP and neighbour discovery, which belong to the NIC's link.
///
/// The alternatives are worse: tc-mirred(8) needs a bridge with carrier, and adding or removing clsact drops
/// packets that the NIC sends. This redirection ends with the process that holds it.
class KernelDetour {
 public:
  /// Begin it. Errors: failed without kernel support or permission.
  [[nodiscard]] static Result<KernelDetour> begin(const Device& nic, const Device& bridge);

 private:
  explicit KernelDetour(UniqueFd link) : m_link(std::move(link)) {}
  UniqueFd m_link; ///< the detour ends when it is closed
};

} // namespace vdeup::kernel
