#pragma once

#include "base/unique_fd.hpp"
#include "kernel/message_builder.hpp"

namespace vdeup::kernel {

/// Announces addresses on an interface. Open it before it is needed, so that only sending is left to do, and
/// close it when there is time: closing takes the kernel some milliseconds.
class Announcer {
 public:
  [[nodiscard]] static Result<Announcer> open();

  [[nodiscard]] Result<> announce(const Device& device, const MacAddress& mac,
                                  const std::vector<IpAddress>& addresses) const;

 private:
  explicit Announcer(UniqueFd socket) : m_socket(std::move(socket)) {}
  UniqueFd m_socket;
};

} // namespace vdeup::kernel
