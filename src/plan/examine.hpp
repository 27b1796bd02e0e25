#pragma once

#include "plan/diagnose.hpp"

#include <string>
#include <utility>
#include <vector>

namespace vdeup::plan {

/// The observed state of one network, and the findings so far.
class Report {
 public:
  Report(const Request& request, const Evidence& evidence) : m_request(request), m_evidence(evidence) {}

  [[nodiscard]] const Request& request() const { return m_request; }
  [[nodiscard]] const Evidence& evidence() const { return m_evidence; }
  [[nodiscard]] const Network& network() const { return m_evidence.network; }

  void fault(std::string what, Hints hints);
  void note(std::string what, Hints hints = {});
  [[nodiscard]] std::vector<Finding> take_findings() { return std::move(m_findings); }

  /// The command that makes what is missing and keeps attached VMs connected.
  [[nodiscard]] std::string create() const;
  /// The command that replaces a broken switch, even with VMs attached.
  [[nodiscard]] std::string replace_switch() const;
  /// The command that removes the network and makes it again.
  [[nodiscard]] std::string make_anew() const;
  /// A command that needs root, with sudo if the caller is not root.
  [[nodiscard]] std::string as_root(std::string command) const;

 private:
  const Request& m_request;
  const Evidence& m_evidence;
  std::vector<Finding> m_findings{};
};

// One function for each part of the path from a VM to the outside. Each adds its findings.

void examine_switch(Report& report);
void examine_uplink(Report& report);
void examine_private_network(Report& report);
void examine_addresses(Report& report);
void examine_tap(Report& report);
void examine_bridge(Report& report);
void examine_host(Report& report);
void examine_probe(Report& report);

/// Examine the answers to the probe in a network without a TAP.
void examine_gateway(Report& report, const PathProbe& probe);

/// The ports of a bridge that lead out of this host or into a container.
[[nodiscard]] std::vector<Link> ways_out(const Bridge& bridge, const std::vector<Link>& links);

/// How many ports of a switch are usable and in use, without port 0, which is special.
struct PortUse {
  std::size_t usable = 0;
  std::size_t taken = 0;
  [[nodiscard]] bool is_full() const { return usable > 0 && taken >= usable; }
};
[[nodiscard]] PortUse port_use(const Switch& vde_switch);

} // namespace vdeup::plan
