#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "model/host_facts.hpp"
#include "model/network.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace vdeup::engine {

// The part of the seam that `check` and `ports` need: what is on a frame's way from a VM to the outside.
// Nothing here changes the network.

/// An Ethernet frame, from its destination address on, without its checksum.
using Frame = std::vector<std::uint8_t>;

/// Sees which addresses a bridge learns, from its making on.
class BridgeWatch {
 public:
  BridgeWatch() = default;
  BridgeWatch(const BridgeWatch&) = delete;
  BridgeWatch& operator=(const BridgeWatch&) = delete;
  virtual ~BridgeWatch() = default;

  /// Wait until a frame from this address has come in at a port of the bridge. False at the deadline.
  [[nodiscard]] virtual Result<bool> wait_for(const MacAddress& source, const Deadline& deadline) = 0;
};

/// The kernel's part of the way.
class KernelPath {
 public:
  KernelPath() = default;
  KernelPath(const KernelPath&) = delete;
  KernelPath& operator=(const KernelPath&) = delete;
  virtual ~KernelPath() = default;

  /// Look at what can stop the frames of VMs on this bridge. What may not be read is left open.
  [[nodiscard]] virtual Result<HostFacts> facts(const IfName& bridge) = 0;

  /// Begin to watch the addresses that a bridge learns; takes no privilege.
  [[nodiscard]] virtual Result<std::unique_ptr<BridgeWatch>> watch(const IfName& bridge) = 0;
};

/// A port of a switch, taken for a look; given back at the end.
class ProbePort {
 public:
  ProbePort() = default;
  ProbePort(const ProbePort&) = delete;
  ProbePort& operator=(const ProbePort&) = delete;
  virtual ~ProbePort() = default;

  /// Send one frame.
  [[nodiscard]] virtual Result<> send(const Frame& frame) = 0;
  /// Wait for a frame. Nothing at the deadline.
  [[nodiscard]] virtual Result<std::optional<Frame>> receive(const Deadline& deadline) = 0;
};

/// The switch's part of the way.
class SwitchPath {
 public:
  SwitchPath() = default;
  SwitchPath(const SwitchPath&) = delete;
  SwitchPath& operator=(const SwitchPath&) = delete;
  virtual ~SwitchPath() = default;

  /// List the addresses that a switch that answers has learnt.
  [[nodiscard]] virtual Result<std::vector<LearntAddress>> learnt(const Scope& scope) = 0;

  /// Take a port for a look. The caller holds the lock of the switch; see vde::Session for why.
  [[nodiscard]] virtual Result<std::unique_ptr<ProbePort>> probe_port(const Scope& scope) = 0;
};

} // namespace vdeup::engine
