#pragma once

#include "support/spawn.hpp"

#include <memory>
#include <string>

namespace manager_lab {
class SystemBus;
} // namespace manager_lab

// The real firewalls, as Debian ships them: run from where they are unpacked, with files of their own below
// /var/tmp/home, and with no power beyond the namespaces of the test.
namespace firewall_lab {

/// Run a line in a shell that finds ufw and firewall-cmd by their names, as the shell of who has them
/// installed does.
lab::Finished in_shell(const std::string& line);

/// Have `iptables` and its like be those of the older kind, as update-alternatives(1) does. Skips where the
/// kernel has no tables for them.
void use_older_iptables();

/// ufw with its default configuration: what comes in and what is forwarded is dropped. Skips where there is
/// none.
class Ufw {
 public:
  Ufw();
};

/// firewalld with its default configuration but for its backend, `nftables` or `iptables`, on a bus. Skips
/// where there is none.
class Firewalld {
 public:
  explicit Firewalld(const std::string& backend = "nftables");
  Firewalld(const Firewalld&) = delete;
  Firewalld& operator=(const Firewalld&) = delete;
  ~Firewalld();

 private:
  std::unique_ptr<manager_lab::SystemBus> m_bus;
  std::unique_ptr<lab::Running> m_daemon{};
};

} // namespace firewall_lab
