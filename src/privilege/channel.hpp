#pragma once

#include "base/deadline.hpp"
#include "base/unique_fd.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::privilege {

/// A message, and the descriptors that came with it.
struct Message {
  std::string bytes;
  std::vector<UniqueFd> fds{};
};

/// Whether descriptors that come with a message are taken, or closed by the kernel.
enum class Fds { taken, dropped };

/// Send one message, with at most k_max_fds descriptors, which stay the caller's.
/// Errors: timed_out; failed if there is nobody at the other end.
[[nodiscard]] Result<> send_message(int channel, std::string_view bytes, const std::vector<int>& fds,
                                    const Deadline& deadline);

/// Wait until there is a message to receive, for the client at the other end of `client`. Errors: timed_out;
/// failed if the client has gone.
[[nodiscard]] Result<> wait_for_message(int channel, int client, const Deadline& deadline);

/// Receive one message of at most `most` bytes; nothing when the other end is closed. Descriptors are
/// close-on-exec. Errors: timed_out; usage for a message that is too long.
[[nodiscard]] Result<std::optional<Message>> receive_message(int channel, std::size_t most, Fds fds,
                                                             const Deadline& deadline);

} // namespace vdeup::privilege
