#pragma once

#include "nic/nic_lab.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace lab {

/// What a connection went through.
struct TrafficReport {
  std::chrono::microseconds longest_gap{0}; ///< between a question and its answer, or two pieces of a stream
  std::uint64_t exchanged = 0;              ///< answers, or bytes
  std::uint64_t lost = 0;                   ///< datagrams that were not answered; of TCP, segments sent again
  bool is_broken = false;
};

/// Traffic between this namespace (who answers) and another one (who asks), in threads of its own, until it
/// is told to stop.
class Traffic {
 public:
  enum class Kind {
    ping_pong, ///< TCP, 8 bytes there and back each millisecond
    stream,    ///< TCP, 10 MB/s from far to here
    datagrams, ///< UDP, there and back each millisecond
  };
  Traffic(Kind kind, const NetworkNamespace& from, const std::string& address);
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;
  ~Traffic();

  /// Stop and tell.
  TrafficReport finish();

 private:
  void answer(int socket);
  void ask(const NetworkNamespace& from, const std::string& address);

  Kind m_kind;
  std::uint16_t m_port = 0;
  std::atomic<bool> m_is_over{false};
  std::atomic<bool> m_has_begun{false};
  TrafficReport m_asked{};
  TrafficReport m_answered{};
  std::thread m_here{};
  std::thread m_there{};
};

} // namespace lab
