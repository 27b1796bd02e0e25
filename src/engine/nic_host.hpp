#pragma once

#include "base/result.hpp"
#include "model/nic.hpp"

#include <optional>

namespace vdeup::engine {

/// The part of the seam that a NIC's way into a bridge needs: what an interface has.
class NicHost {
 public:
  NicHost() = default;
  NicHost(const NicHost&) = delete;
  NicHost& operator=(const NicHost&) = delete;
  virtual ~NicHost() = default;

  /// Look at all that an Ethernet interface has; nothing if there is no such interface. Changes nothing.
  [[nodiscard]] virtual Result<std::optional<NicSnapshot>> snapshot(const IfName& name) = 0;
};

} // namespace vdeup::engine
