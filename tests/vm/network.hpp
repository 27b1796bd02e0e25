#pragma once

#include "support/spawn.hpp"
#include "vm/guest.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace vmlab {

/// A VM at a port of the switch, as `vdeup ports --json` shows it.
struct Client {
  std::string user;
  std::string mac;
  pid_t pid = -1;
};

/// A network as an administrator makes it for a user: `vdeup create -u USER`, and an address for the bridge.
/// The user is an ordinary one where the test can become another user, else the one who runs it. Skips the
/// test where there is no QEMU.
class Network {
 public:
  Network();

  static constexpr const char* k_bridge_address = "192.0.2.1"; // RFC 5737: addresses for documentation

  /// The name of the user.
  [[nodiscard]] std::string user() const;

  /// Start a program, as the user.
  [[nodiscard]] lab::Running start(const Words& line, const Words& environment = {}) const;

  /// Start vdeqemu, or another name of vdeup's, as the user.
  [[nodiscard]] lab::Running launch(const Words& arguments, const std::string& called = "vdeqemu",
                                    const Words& environment = {}) const;

  /// The VMs at the switch now.
  [[nodiscard]] std::vector<Client> clients() const;

  /// True if all ports are free now, or soon.
  [[nodiscard]] bool becomes_empty() const;

  /// The exit status of `vdeup check`.
  [[nodiscard]] int check() const;

  /// The switch's directory and its management socket.
  [[nodiscard]] std::string socket() const;
  [[nodiscard]] std::string mgmt() const;

  /// Take the network away again, and require that everything is as it was before.
  void remove() const;

 private:
  std::optional<lab::User> m_user{};
  std::string m_before;
};

/// Makes the one switch of this test slow while it lives: it may run for a moment, and then stands still for
/// so long that a launcher has done its next few things. What happens on a busy machine at times, then
/// happens always.
class SlowSwitch {
 public:
  SlowSwitch();
  SlowSwitch(const SlowSwitch&) = delete;
  SlowSwitch& operator=(const SlowSwitch&) = delete;
  ~SlowSwitch();

 private:
  pid_t m_switch;
  std::optional<lab::Running> m_brake{};
};

/// The one switch of this test.
pid_t only_switch();

/// Skip the test where there is no QEMU.
void require_emulator();

} // namespace vmlab
