#include "plan/diagnose.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::plan {
namespace {

class Doctor {
 public:
  Doctor(const Request& request, const Network& observed, const std::vector<Link>& links)
      : m_request(request), m_observed(observed), m_links(links), m_create(request.command("create", true)) {}

  Diagnosis examine() {
    m_found.nothing_there = m_observed.vde_switch.life == Switch::Life::absent && !m_observed.tap;
    if (m_found.nothing_there) {
      add(fmt::format("there is no switch {}", m_request.scope.sockets.dir.str()), m_create);
      return std::move(m_found);
    }
    examine_switch();
    examine_tap();
    examine_bridge();
    return std::move(m_found);
  }

 private:
  void add(std::string what, std::string hint) {
    m_found.faults.push_back({std::move(what), std::move(hint)});
  }

  void examine_switch() {
    const Switch& vde_switch = m_observed.vde_switch;
    const std::string& dir = m_request.scope.sockets.dir.str();
    switch (vde_switch.life) {
    case Switch::Life::absent:
      return add(fmt::format("a TAP is there, but no switch {}", dir), m_create);
    case Switch::Life::dead:
      return add(fmt::format("the process of the switch {} is gone, its sockets are left", dir), m_create);
    case Switch::Life::mute:
      return add(fmt::format("process {} holds the switch {} and does not answer", vde_switch.pid, dir),
                 m_create + " -f");
    case Switch::Life::alive:
      break;
    }
    if (!vde_switch.accepts_clients)
      add(fmt::format("the switch answers, but its socket {}/ctl is gone", dir), m_create + " -f");
    if (!vde_switch.tap)
      add("no port of the switch has a TAP", m_create + " -f");
    const std::size_t clients = vde_switch.clients().size();
    if (vde_switch.port_limit > 0 &&
        clients + 2 >= vde_switch.port_limit) // port 0 is special, one is the TAP's
      add(fmt::format("all ports of the switch are taken, {} of them by VMs", clients),
          m_request.command("ports", false));
  }

  void examine_tap() {
    const Switch& vde_switch = m_observed.vde_switch;
    if (vde_switch.tap && (!m_observed.tap || m_observed.tap->name != *vde_switch.tap)) {
      add(fmt::format("{} was deleted under the running switch, which now uses a whole processor",
                      vde_switch.tap->str()),
          m_create + " -f");
      return;
    }
    if (!m_observed.tap)
      return;
    const Tap& tap = *m_observed.tap;
    const std::string& name = tap.name.str();
    if (!tap.is_up)
      add(fmt::format("{} is down", name), tap.mark ? m_create : fmt::format("ip link set {} up", name));
    else if (!tap.has_carrier)
      add(fmt::format("{} has no carrier: no switch has it open", name), m_create);
    else if (vde_switch.life == Switch::Life::dead || vde_switch.life == Switch::Life::absent)
      add(fmt::format("{} is held open by a process that is not the switch", name),
          m_request.command("cancel", false));
    if (!tap.bridge && tap.mark)
      add(fmt::format("{} is not a port of a bridge", name), m_create);
    else if (m_request.bridge && tap.bridge != m_request.bridge)
      add(fmt::format("{} is a port of {}, not of {}", name, tap.bridge ? tap.bridge->str() : "no bridge",
                      m_request.bridge->str()),
          m_create + " -f");
  }

  void examine_bridge() {
    if (!m_observed.bridge) {
      if (m_observed.tap && !m_observed.tap->mark)
        m_found.notes.push_back(
            fmt::format("{} was not made by vdeup and is on no bridge: VMs reach what its maker "
                        "has put behind it",
                        m_observed.tap->name.str()));
      return;
    }
    const Bridge& bridge = *m_observed.bridge;
    if (!bridge.is_up)
      add(fmt::format("bridge {} is down", bridge.name.str()),
          fmt::format("ip link set {} up", bridge.name.str()));
    if (bridge.stp)
      m_found.notes.push_back(
          fmt::format("bridge {} runs STP: a new port forwards only after its delay", bridge.name.str()));
    const auto is_way_out = [&](const std::string& port) {
      const auto link =
          std::find_if(m_links.begin(), m_links.end(), [&](const Link& l) { return l.name == port; });
      return link != m_links.end() && link->kind != "tun";
    };
    if (std::none_of(bridge.ports.begin(), bridge.ports.end(), is_way_out))
      m_found.notes.push_back(fmt::format(
          "bridge {} has no port to the outside: VMs reach each other and this host", bridge.name.str()));
  }

  const Request& m_request;
  const Network& m_observed;
  const std::vector<Link>& m_links;
  std::string m_create;
  Diagnosis m_found{};
};

} // namespace

Diagnosis diagnose(const Request& request, const Network& observed, const std::vector<Link>& links) {
  return Doctor{request, observed, links}.examine();
}

} // namespace vdeup::plan
