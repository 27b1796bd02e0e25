#pragma once

#include "model/link.hpp"
#include "model/nic_manager.hpp"
#include "support/spawn.hpp"

#include <optional>
#include <string>
#include <vector>

// Real managers in the namespaces of the test, with no configuration but the test's, and a bus of their own.
namespace manager_lab {

using lab::has;

/// A system bus in the /run of the test.
class SystemBus {
 public:
  SystemBus();

 private:
  lab::Running m_daemon;
};

/// systemd-networkd with files of our own only. Where /sys is read-only it waits for no udev.
class Networkd {
 public:
  static constexpr const char* k_program = "/lib/systemd/systemd-networkd";

  Networkd();

  /// With a bus it can be told to read its files again.
  void start_bus() { m_bus.emplace(); }
  void start();
  void stop() { m_daemon.reset(); }
  void restart();

 private:
  std::optional<SystemBus> m_bus{};
  std::optional<lab::Running> m_daemon{};
};

/// NetworkManager with profiles of our own only, on a bus.
class NetworkManager {
 public:
  NetworkManager();

  /// Give it a profile, to be read when it starts.
  static void write_profile(const std::string& name, const std::string& uuid, const std::string& text);
  void start();
  void restart();
  /// Run nmcli, which has to succeed, and give what it prints.
  [[nodiscard]] std::string nmcli(const std::string& words) const;
  /// The state of a device: "connected", "unmanaged", "connected (externally)", …
  [[nodiscard]] std::string state_of(const std::string& device) const;

 private:
  std::string m_program;
  std::string m_client;
  SystemBus m_bus{};
  std::optional<lab::Running> m_daemon{};
};

/// A DHCP server in another network namespace, that of this process. Its leases end after two minutes.
class DhcpServer {
 public:
  DhcpServer(pid_t where, const std::string& interface, const std::string& first, const std::string& last);
  /// True if somebody gave a lease back.
  [[nodiscard]] static bool has_release();

 private:
  lab::Running m_daemon;
};

/// A link of the test's namespace, which has to exist or is empty.
vdeup::Link link_called(const std::string& name);

/// What the guards say of who manages a link.
std::vector<vdeup::NicManager> managers_of(const std::string& name);
bool is_held(const std::string& name, vdeup::NicManager::Hold hold);

} // namespace manager_lab
