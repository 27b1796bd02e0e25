#pragma once

#include "support/far_host.hpp"
#include "support/spawn.hpp"

#include <memory>
#include <string>
#include <vector>

// Private networks, and machines in them that are namespaces: each has a kernel's own network stack, behind a
// TAP that a port of the switch is tied to.
namespace nat_guests {

/// A machine at a switch, as root may attach one anywhere.
class Guest {
 public:
  /// Attach to the switch whose socket directory this is.
  explicit Guest(const std::string& directory, std::string name);
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;
  ~Guest();

  /// Ask for an address by DHCP, with one's name; it is set, with the route and the name server. Empty if
  /// nobody gives one within so many seconds.
  std::string ask_for_address(int seconds = 5);
  /// Wait for an address by router advertisement; empty if none comes within some seconds.
  std::string wait_for_address6() const;
  /// True if a host answers a ping.
  bool reaches(const std::string& address) const;
  /// The addresses that the name server of the network gives for a name, one a line.
  std::string look_up(const std::string& name, const std::string& kind = "a") const;
  /// Run a program there to its end.
  lab::Finished run(const std::vector<std::string>& line) const;
  [[nodiscard]] lab::Running start(const std::vector<std::string>& line) const;

 private:
  [[nodiscard]] std::vector<std::string> there(const std::vector<std::string>& line) const;

  std::string m_name;
  std::unique_ptr<lab::Running> m_holder;
  std::unique_ptr<lab::Running> m_plug{};
  std::string m_server{};
};

/// Skip where the programs for all this are missing, or no dnsmasq can run as another user.
void needs_lab();

} // namespace nat_guests
