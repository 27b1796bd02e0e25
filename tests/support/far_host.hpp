#pragma once

#include "support/spawn.hpp"

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lab {

/// A host outside: in a network namespace of its own, behind the veth `far0` of this one. What it has are
/// addresses for documentation (RFC 5737, RFC 3849); this side has .2 and ::2 of the same networks.
class FarHost {
 public:
  FarHost();
  FarHost(const FarHost&) = delete;
  FarHost& operator=(const FarHost&) = delete;
  ~FarHost();

  static constexpr const char* k_address = "198.51.100.1";
  static constexpr const char* k_address6 = "2001:db8:100::1";

  /// Run a program there, beside the test.
  [[nodiscard]] Running start(const std::vector<std::string>& line) const;
  /// Run one there to its end.
  Finished run(const std::vector<std::string>& line) const;

  /// Say "hello from far" to who connects to TCP port 7, as long as this object lives.
  void serve();
  /// Send each datagram back that comes to UDP port 7.
  void echo();

 private:
  [[nodiscard]] std::vector<std::string> there(const std::vector<std::string>& line) const;

  std::unique_ptr<Running> m_holder;
  std::unique_ptr<Running> m_server{};
  pid_t m_echo = -1;
};

} // namespace lab
