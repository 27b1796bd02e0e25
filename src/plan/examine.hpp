#pragma once

#include "plan/diagnose.hpp"

#include <string>
#include <utility>
#include <vector>

namespace vdeup::plan {

/// One network under examination: what was seen of it, and what has been found so far.
class Case {
 public:
  Case(const Request& request, const Evidence& evidence) : m_request(request), m_evidence(evidence) {}

  [[nodiscard]] const Request& request() const { return m_request; }
  [[nodiscard]] const Evidence& evidence() const { return m_evidence; }
  [[nodiscard]] const Network& network() const { return m_evidence.network; }

  void fault(std::string what, Hints hints);
  void note(std::string what, Hints hints = {});
  [[nodiscard]] std::vector<Finding> take_findings() { return std::move(m_findings); }

  /// The command that makes what is missing, without harm to attached VMs.
  [[nodiscard]] std::string create() const;
  /// The command that makes a new switch in the place of one that is useless, whoever is attached to it.
  [[nodiscard]] std::string replace_switch() const;
  /// The command that takes everything down and makes it anew.
  [[nodiscard]] std::string make_anew() const;
  /// A command that takes root, as the caller has to write it.
  [[nodiscard]] std::string as_root(std::string command) const;

 private:
  const Request& m_request;
  const Evidence& m_evidence;
  std::vector<Finding> m_findings{};
};

// One function for each part of the way from a VM to the outside. Each adds what it finds.

void examine_switch(Case& patient);
void examine_uplink(Case& patient);
void examine_private_network(Case& patient);
void examine_addresses(Case& patient);
void examine_tap(Case& patient);
void examine_bridge(Case& patient);
void examine_host(Case& patient);
void examine_probe(Case& patient);

/// Judge the answers of a network without a TAP.
void examine_gateway(Case& patient, const PathProbe& probe);

/// The ports of a bridge that lead out of this host, or into a container: no VM's, none of ours.
[[nodiscard]] std::vector<Link> ways_out(const Bridge& bridge, const std::vector<Link>& links);

/// How many ports of a switch can be taken, and how many are. Port 0 is special and counts for neither.
struct PortUse {
  std::size_t usable = 0;
  std::size_t taken = 0;
  [[nodiscard]] bool is_full() const { return usable > 0 && taken >= usable; }
};
[[nodiscard]] PortUse port_use(const Switch& vde_switch);

} // namespace vdeup::plan
