#pragma once

#include "base/deadline.hpp"
#include "base/unique_fd.hpp"
#include "vde/attach.hpp"

#include <poll.h>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace vdeup::vde {

/// Forwards frames between a VM and a switch, so that the switch can restart while the VM keeps its
/// connection.
///
/// Theory of operation:
/// 1. The VM has one end of a datagram socket pair instead of a connection to the switch.
/// 2. Frames are forwarded unchanged. While one side cannot take a frame, none is read from the other side,
///    so the relay drops no frames.
/// 3. When the control stream ends, the switch has ended. From then on frames of the VM are dropped, and the
///    relay tries to reconnect, with pauses that double up to half a second: no event announces that a new
///    switch is ready.
class Relay {
 public:
  /// Attach again. After an error it is called again later.
  using Attach = std::function<Result<Attachment>()>;

  /// Make a relay for a connection. The caller passes `vm_end` to the VM.
  [[nodiscard]] static Result<Relay> make(Attachment attachment, Attach attach);

  /// The VM's end, at least 10 and close-on-exec; owned here until it is released.
  [[nodiscard]] int vm_end() const { return m_vm_end.get(); }
  /// Close our copy of the VM's end, once the VM has its own.
  void release_vm_end() { m_vm_end.reset(); }

  /// What to poll: three entries for the VM, the data and the control stream of the switch.
  static constexpr std::size_t k_poll_entries = 3;
  void fill(pollfd* entries) const;
  /// The timeout for poll(2) in milliseconds; -1 for none.
  [[nodiscard]] int poll_timeout() const;
  /// Forward frames that are ready, and reconnect if it is time.
  void handle(const pollfd* entries);

  [[nodiscard]] bool is_connected() const { return m_attachment.has_value(); }

 private:
  /// One direction, with the frame that waits to be sent.
  struct Direction {
    std::array<std::uint8_t, 9234> frame{}; ///< the largest that libvdeplug knows
    std::size_t size = 0;                   ///< 0: none is waiting
  };

  Relay(UniqueFd vm_end, UniqueFd our_end, Attachment attachment, Attach attach);
  void forward(Direction& direction, int from, int to) const;
  void drop_frames() const;
  void disconnect();
  void reconnect();

  UniqueFd m_vm_end;
  UniqueFd m_our_end;
  std::optional<Attachment> m_attachment;
  Attach m_attach;
  Direction m_out{};
  Direction m_in{};
  std::chrono::milliseconds m_pause{0};
  std::optional<Deadline> m_next_attempt{};
};

} // namespace vdeup::vde
