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

/// Stands between a VM and a switch, so that the switch can end and begin again while the VM keeps what it
/// has.
///
/// Theory of operation:
/// 1. The VM has one end of a datagram socket pair, as if that were its connection to the switch.
/// 2. Each frame is carried over as it is. Where one side cannot take a frame now, no further one is read
/// from
///    the other side, so that nothing is dropped that would not be dropped without us.
/// 3. The end of the control stream is the end of the switch. From then on frames of the VM are read and
///    dropped, as a cable without a switch would, and the switch is looked for with pauses that double up to
///    half a second: a new one is ready when its maker has let go of its lock, and nothing announces that.
class Relay {
 public:
  /// Attaches again. Errors: as long as that does not go; it is then called again.
  using Attach = std::function<Result<Attachment>()>;

  /// Put a relay behind a connection. The caller gives `vm_end` to the VM.
  [[nodiscard]] static Result<Relay> make(Attachment attachment, Attach attach);

  /// The VM's end, at least 10 and close-on-exec; owned here until it is given away.
  [[nodiscard]] int vm_end() const { return m_vm_end.get(); }
  /// Close our copy of the VM's end, once the VM has its own.
  void release_vm_end() { m_vm_end.reset(); }

  /// What to wait for, always three entries: the VM, the switch, and the end of the switch.
  static constexpr std::size_t k_poll_entries = 3;
  void fill(pollfd* entries) const;
  /// How long to wait at most, in milliseconds as poll(2) has it; -1 for as long as it takes.
  [[nodiscard]] int poll_timeout() const;
  /// Do what the entries call for, and what is due.
  void handle(const pollfd* entries);

  [[nodiscard]] bool is_connected() const { return m_attachment.has_value(); }

 private:
  /// One direction, with the frame that is on its way.
  struct Way {
    std::array<std::uint8_t, 9234> frame{}; ///< the largest that libvdeplug knows
    std::size_t size = 0;                   ///< 0: none is waiting
  };

  Relay(UniqueFd vm_end, UniqueFd our_end, Attachment attachment, Attach attach);
  void carry(Way& way, int from, int to) const;
  void drop_frames() const;
  void lose();
  void try_again();

  UniqueFd m_vm_end;
  UniqueFd m_our_end;
  std::optional<Attachment> m_attachment;
  Attach m_attach;
  Way m_out{};
  Way m_in{};
  std::chrono::milliseconds m_pause{0};
  std::optional<Deadline> m_next_try{};
};

} // namespace vdeup::vde
