#include "plan/examine.hpp"

#include <fmt/format.h>

namespace vdeup::plan {

void Report::fault(std::string what, Hints hints) {
  m_findings.push_back({Finding::Severity::fault, std::move(what), std::move(hints)});
}

void Report::note(std::string what, Hints hints) {
  m_findings.push_back({Finding::Severity::note, std::move(what), std::move(hints)});
}

std::string Report::create() const {
  const auto kind = uplink_of(network());
  if (kind && *kind != UplinkKind::bridge)
    return fmt::format("{} --uplink {}", m_request.command("create", *kind == UplinkKind::nat),
                       word_for(*kind));
  return m_request.command("create", true);
}

std::string Report::replace_switch() const {
  const Switch& vde_switch = network().vde_switch;
  const bool needs_force = vde_switch.life == Switch::Life::mute || !vde_switch.clients().empty();
  return create() + (needs_force ? " -f" : "");
}

std::string Report::make_anew() const {
  const bool has_clients = !network().vde_switch.clients().empty();
  return m_request.command("cancel", true) + (has_clients ? " -f" : "") + " && " + create();
}

std::string Report::as_root(std::string command) const {
  return (m_request.by_root ? "" : "sudo ") + std::move(command);
}

} // namespace vdeup::plan
