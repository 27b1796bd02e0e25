#pragma once

#include <string_view>

namespace vdeup::qemu {

/// The ways a QEMU can be given a connection to a switch.
enum class Backend {
  dgram_fd,  ///< -netdev dgram,local.type=fd (QEMU 7.2 and later)
  socket_fd, ///< -netdev socket,fd= (every QEMU)
};

/// What a QEMU binary can do, as far as we need it.
struct Capabilities {
  bool has_dgram = false;
  [[nodiscard]] Backend best_backend() const { return has_dgram ? Backend::dgram_fd : Backend::socket_fd; }
};

/// Read what `qemu -netdev help` prints: a list with one backend on a line.
[[nodiscard]] Capabilities parse_netdev_help(std::string_view help);

/// True if a program of this name is a QEMU that may be asked for its capabilities. Anything else could be
/// a script that does something when it is run; it gets what every QEMU understands.
[[nodiscard]] bool is_qemu_name(std::string_view basename);

} // namespace vdeup::qemu
