#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup::qemu {

/// The ways a QEMU can be given a connection to a switch, best first.
enum class Backend {
  dgram_fd,  ///< -netdev dgram,local.type=fd (QEMU 7.2 and later)
  socket_fd, ///< -netdev socket,fd= (every QEMU, unless it was built without)
  vde,       ///< -netdev vde,sock= (built with VDE support): it connects itself
};

/// The version of a QEMU. 0.0: not known, as of a program that was not asked.
struct Version {
  unsigned major = 0;
  unsigned minor = 0;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 means the compiler's own comparison with 0
  auto operator<=>(const Version&) const = default;
  [[nodiscard]] bool is_known() const { return *this != Version{}; }
  [[nodiscard]] std::string str() const;
};

/// What a QEMU binary can do, as far as we need it. The default is for a program that was not asked.
struct Capabilities {
  bool has_dgram = false;
  bool has_socket = true;
  bool has_vde = false;
  Version version{};
  std::vector<std::string> nic_models{}; ///< empty: not known

  [[nodiscard]] Backend best_backend() const;
  [[nodiscard]] bool has_model(std::string_view name) const; ///< true also where they are not known
  bool operator==(const Capabilities&) const = default;
};

/// What a QEMU printed when it was asked.
struct Answers {
  std::string_view netdev_help; ///< of `-netdev help`; empty: it knows no such question
  std::string_view device_help; ///< of `-device help`
  std::string_view version;     ///< of `-version`
};

/// Read the answers. What they do not tell has its default value.
[[nodiscard]] Capabilities read_capabilities(const Answers& answers);

/// True if a program of this name is a QEMU that may be asked for its capabilities. Anything else could be
/// a script that does something when it is run; it gets what every QEMU understands.
[[nodiscard]] bool is_qemu_name(std::string_view basename);

} // namespace vdeup::qemu
