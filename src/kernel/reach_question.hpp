#pragma once

#include "base/result.hpp"
#include "kernel/message_builder.hpp"
#include "model/ip_address.hpp"

#include <poll.h>

#include <cstdint>
#include <memory>

namespace vdeup::kernel {

/// A request to one address, and the socket that receives its reply.
class Question {
 public:
  Question() = default;
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;
  virtual ~Question() = default;

  /// Send the request, or send it again. A failure to send is no error, there is just no reply.
  virtual void ask() = 0;
  /// The descriptor to poll for events(); -1: none now.
  [[nodiscard]] virtual int fd() const = 0;
  [[nodiscard]] virtual std::int16_t events() const { return POLLIN; }
  /// Read what has arrived. True if it is the reply.
  [[nodiscard]] virtual bool is_answered() = 0;
};

/// ARP or neighbour discovery with `mac` as the source (engine/probe_frame.hpp).
[[nodiscard]] Result<std::unique_ptr<Question>>
make_neighbour_question(const Device& device, const MacAddress& mac, const IpAddress& address);
/// ICMP echo (RFC 792), ICMPv6 echo (RFC 4443).
[[nodiscard]] Result<std::unique_ptr<Question>> make_echo_question(const IpAddress& address);
/// A TCP connection, closed as soon as it is established.
[[nodiscard]] Result<std::unique_ptr<Question>> make_connect_question(const IpAddress& address,
                                                                      std::uint16_t port);

} // namespace vdeup::kernel
