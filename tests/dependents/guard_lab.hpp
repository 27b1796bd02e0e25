#pragma once

#include "support/files.hpp"
#include "support/spawn.hpp"
#include "support/tools.hpp"

#include <string>
#include <vector>

// What the tests of the guards share: a host (the namespace of the test) with a NIC, `nic0`, and a client in
// another namespace at the other end of it.
namespace guard_lab {

using lab::needs;
using lab::write_file;

inline constexpr const char* k_host_address = "192.0.2.1";
inline constexpr const char* k_client_address = "192.0.2.2";

/// Run a line of words, which has to succeed, and give what it prints.
std::string must(const std::string& line);

/// Another network namespace with a process in it.
class Elsewhere {
 public:
  Elsewhere();
  [[nodiscard]] std::string pid() const { return std::to_string(m_holder.pid()); }
  /// The words that run a line in it.
  [[nodiscard]] std::vector<std::string> line(const std::vector<std::string>& words) const;
  /// Run a line in it, which has to succeed.
  std::string must(const std::string& words) const;
  /// Wait until duplicate address detection has ended there: the kernel uses no tentative address as a source.
  void settle() const;

 private:
  lab::Running m_holder;
};

/// Make `nic0`, with an address and a default route, whose other end is `eth0` of that namespace.
void connect(const Elsewhere& client);

} // namespace guard_lab
