#include "nic/traffic.hpp"

#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace lab {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds k_pace{1};
constexpr std::chrono::seconds k_patience{5};
constexpr unsigned k_stream_rate = 10'000'000;
constexpr timeval k_socket_patience{5, 0};

struct Endpoint {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] sockaddr* address() { return reinterpret_cast<sockaddr*>(&storage); }
};

Endpoint make_endpoint(const std::string& text, std::uint16_t port) {
  Endpoint endpoint;
  auto& six = reinterpret_cast<sockaddr_in6&>(endpoint.storage);
  auto& four = reinterpret_cast<sockaddr_in&>(endpoint.storage);
  if (::inet_pton(AF_INET6, text.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    endpoint.size = sizeof(six);
  } else {
    REQUIRE(::inet_pton(AF_INET, text.c_str(), &four.sin_addr) == 1);
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    endpoint.size = sizeof(four);
  }
  return endpoint;
}

int make_socket(const Endpoint& endpoint, Traffic::Kind kind) {
  const int type = kind == Traffic::Kind::datagrams ? SOCK_DGRAM : SOCK_STREAM;
  const int socket = ::socket(endpoint.storage.ss_family, type | SOCK_CLOEXEC, 0);
  (void)::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &k_socket_patience, sizeof(k_socket_patience));
  (void)::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &k_socket_patience, sizeof(k_socket_patience));
  const int on = 1;
  if (type == SOCK_STREAM)
    (void)::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return socket;
}

std::uint64_t sent_again(int socket) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  return ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_total_retrans : 0;
}

void note_gap(TrafficReport& report, clock::time_point since) {
  report.longest_gap = std::max(report.longest_gap,
                                std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - since));
}

/// One question and its answer; false if there was none in time.
bool exchange(int socket, std::uint64_t number) {
  std::array<std::uint8_t, sizeof(number)> buffer{};
  std::memcpy(buffer.data(), &number, sizeof(number));
  if (::send(socket, buffer.data(), buffer.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(buffer.size()))
    return false;
  for (;;) { // answers to earlier questions may come late
    if (::recv(socket, buffer.data(), buffer.size(), MSG_WAITALL) != static_cast<ssize_t>(buffer.size()))
      return false;
    std::uint64_t answered = 0;
    std::memcpy(&answered, buffer.data(), sizeof(answered));
    if (answered >= number)
      return true;
  }
}

void pause_until(clock::time_point when) {
  std::this_thread::sleep_until(when);
}

} // namespace

Traffic::Traffic(Kind kind, const NetworkNamespace& from, const std::string& address) : m_kind(kind) {
  Endpoint here = make_endpoint(address, 0);
  const int socket = make_socket(here, kind);
  REQUIRE(::bind(socket, here.address(), here.size) == 0);
  REQUIRE(::getsockname(socket, here.address(), &here.size) == 0);
  m_port = ntohs(reinterpret_cast<sockaddr_in&>(here.storage).sin_port); // at the same place in both families
  if (kind != Kind::datagrams)
    REQUIRE(::listen(socket, 1) == 0);
  m_here = std::thread{[this, socket] { answer(socket); }};
  m_there = std::thread{[this, &from, address] { ask(from, address); }};
  REQUIRE(eventually([this] { return m_has_begun.load(); }));
}

Traffic::~Traffic() {
  m_is_over = true;
  if (m_there.joinable())
    m_there.join();
  if (m_here.joinable())
    m_here.join();
}

TrafficReport Traffic::finish() {
  m_is_over = true;
  m_there.join();
  m_here.join();
  TrafficReport report = m_asked;
  report.lost += m_answered.lost;
  if (m_kind == Kind::stream) {
    report.longest_gap = m_answered.longest_gap;
    report.exchanged = m_answered.exchanged;
  }
  return report;
}

/// Send back what comes; of a stream, take it and look at the clock.
void Traffic::answer(int socket) {
  int talk = socket;
  if (m_kind != Kind::datagrams) {
    talk = ::accept4(socket, nullptr, nullptr, SOCK_CLOEXEC);
    ::close(socket);
  }
  std::array<std::uint8_t, 65'536> buffer{};
  auto last = clock::now();
  for (;;) {
    pollfd waiting{.fd = talk, .events = POLLIN, .revents = 0};
    (void)::poll(&waiting, 1, 100);
    if (m_is_over && (waiting.revents == 0 || m_kind == Kind::datagrams))
      break;
    Endpoint from{.size = sizeof(sockaddr_storage)};
    const ssize_t size = waiting.revents == 0
                             ? -1
                             : ::recvfrom(talk, buffer.data(), buffer.size(), 0, from.address(), &from.size);
    if (size == 0)
      break;
    if (size < 0)
      continue;
    if (m_kind == Kind::stream && m_answered.exchanged > 0)
      note_gap(m_answered, last);
    last = clock::now();
    m_answered.exchanged += static_cast<std::uint64_t>(size);
    if (m_kind == Kind::ping_pong)
      (void)::send(talk, buffer.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (m_kind == Kind::datagrams)
      (void)::sendto(talk, buffer.data(), static_cast<std::size_t>(size), 0, from.address(), from.size);
  }
  if (m_kind != Kind::datagrams)
    m_answered.lost = sent_again(talk);
  ::close(talk);
}

void Traffic::ask(const NetworkNamespace& from, const std::string& address) {
  from.enter();
  Endpoint there = make_endpoint(address, m_port);
  const int socket = make_socket(there, m_kind);
  if (m_kind == Kind::stream)
    (void)::setsockopt(socket, SOL_SOCKET, SO_MAX_PACING_RATE, &k_stream_rate, sizeof(k_stream_rate));
  timeval short_patience{0, 250'000};
  if (m_kind == Kind::datagrams)
    (void)::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &short_patience, sizeof(short_patience));
  m_asked.is_broken = ::connect(socket, there.address(), there.size) != 0;
  std::array<std::uint8_t, 8'192> piece{};
  for (std::uint64_t number = 1; !m_is_over && !m_asked.is_broken; ++number) {
    const auto start = clock::now();
    if (m_kind == Kind::stream) {
      m_asked.is_broken = ::send(socket, piece.data(), piece.size(), MSG_NOSIGNAL) < 0;
    } else if (exchange(socket, number)) {
      ++m_asked.exchanged;
    } else if (!m_is_over) { // then nobody answers any more
      ++m_asked.lost;
      m_asked.is_broken = m_kind == Kind::ping_pong;
    }
    if (number > 1 && !(m_is_over && m_kind == Kind::datagrams))
      note_gap(m_asked, start);
    m_has_begun = number > 1;
    if (m_kind != Kind::stream)
      pause_until(start + k_pace);
  }
  if (m_kind != Kind::datagrams)
    m_asked.lost += sent_again(socket);
  ::close(socket);
}

} // namespace lab
