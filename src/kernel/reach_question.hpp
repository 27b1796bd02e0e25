#pragma once

#include "base/result.hpp"
#include "kernel/message_builder.hpp"
#include "model/ip_address.hpp"

#include <poll.h>

#include <cstdint>
#include <memory>

namespace vdeup::kernel {

/// A question to one address, with the socket that its answer comes in at.
class Question {
 public:
  Question() = default;
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;
  virtual ~Question() = default;

  /// Ask, or ask again. That it cannot be sent now is no answer, and no more.
  virtual void ask() = 0;
  /// Where to wait for what; -1: for nothing now.
  [[nodiscard]] virtual int fd() const = 0;
  [[nodiscard]] virtual std::int16_t events() const { return POLLIN; }
  /// Look at what has come. False if it is not the answer.
  [[nodiscard]] virtual bool is_answered() = 0;
};

/// Who has this address? With `mac` as the asker's, as in a look for duplicates (engine/probe_frame.hpp).
[[nodiscard]] Result<std::unique_ptr<Question>>
make_neighbour_question(const Device& device, const MacAddress& mac, const IpAddress& address);
/// ICMP echo (RFC 792), ICMPv6 echo (RFC 4443).
[[nodiscard]] Result<std::unique_ptr<Question>> make_echo_question(const IpAddress& address);
/// A TCP connection, closed as soon as it is there.
[[nodiscard]] Result<std::unique_ptr<Question>> make_connect_question(const IpAddress& address,
                                                                      std::uint16_t port);

} // namespace vdeup::kernel
