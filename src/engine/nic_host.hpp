#pragma once

#include "base/deadline.hpp"
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

  /// The same as soon as the kernel has made up its mind whether somebody else has one of its addresses,
  /// which takes it a second or two; or as it is at the deadline. Errors: as snapshot().
  [[nodiscard]] virtual Result<std::optional<NicSnapshot>> settled_snapshot(const IfName& name,
                                                                            const Deadline& deadline) = 0;
};

} // namespace vdeup::engine
