#include "plan/request.hpp"

#include "base/text.hpp"
#include "model/find_link.hpp"
#include "model/interpret.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace vdeup::plan {
namespace {

/// Names under which container engines and libvirt keep bridges of their own.
bool belongs_to_an_engine(std::string_view name) {
  constexpr std::array<std::string_view, 7> prefixes{"docker", "virbr",  "lxdbr", "incusbr",
                                                     "cni",    "podman", "lxcbr"};
  const auto starts = [name](std::string_view prefix) { return name.starts_with(prefix); };
  if (std::any_of(prefixes.begin(), prefixes.end(), starts))
    return true;
  constexpr std::string_view docker_network = "br-"; // and twelve hexadecimal digits of the network's id
  constexpr std::size_t id_digits = 12;
  if (!name.starts_with(docker_network) || name.size() != docker_network.size() + id_digits)
    return false;
  const std::string_view id = name.substr(docker_network.size());
  return std::all_of(id.begin(), id.end(), [](unsigned char digit) { return std::isxdigit(digit) != 0; });
}

/// Where sockets are unless somebody says otherwise (manual page: CTYS_SOCKBASE).
constexpr std::string_view k_default_base = "/var/tmp";

std::vector<const Link*> bridges_by_name(const std::vector<Link>& links) {
  std::vector<const Link*> bridges;
  for (const Link& link : links)
    // One with an odd name is left to who made it, and a private network to its switch.
    if (link.is_bridge() && IfName::parse(link.name) && !NatMark::parse(link.alias))
      bridges.push_back(&link);
  std::sort(bridges.begin(), bridges.end(), [](const Link* a, const Link* b) { return a->name < b->name; });
  return bridges;
}

Result<BridgeChoice> existing(const Link& link, const std::vector<Link>& links, std::string_view host_seed,
                              std::string reason) {
  TRY(auto bridge, to_bridge(link, links, host_seed));
  return BridgeChoice{std::move(bridge), true, std::move(reason)};
}

BridgeChoice fresh(const IfName& name, std::string_view host_seed, std::string reason) {
  return BridgeChoice{Bridge{.name = name, .mac = bridge_address(name, host_seed), .is_ours = true}, false,
                      std::move(reason)};
}

Result<BridgeChoice> by_name(const IfName& name, const std::vector<Link>& links, std::string_view host_seed,
                             std::string reason) {
  const Link* link = find_link(links, name.str());
  if (link == nullptr)
    return fresh(name, host_seed, std::move(reason));
  if (!link->is_bridge())
    return fail(Error{ErrorKind::refused, fmt::format("cannot use {} as the bridge", name.str()),
                      fmt::format("it exists and is not a bridge{}",
                                  link->kind.empty() ? "" : fmt::format(" but a {} device", link->kind)),
                      "name another bridge with -b; `ip link show type bridge` lists them"});
  if (const auto mark = NatMark::parse(link->alias))
    return fail(Error{ErrorKind::refused, fmt::format("cannot use {} as the bridge", name.str()),
                      fmt::format("it is the private network of the switch {}", mark->switch_dir.str()),
                      "name another bridge with -b, or take --uplink nat for a private network"});
  return existing(*link, links, host_seed, std::move(reason));
}

} // namespace

std::vector<const Link*> suitable_bridges(const std::vector<Link>& links) {
  std::vector<const Link*> bridges = bridges_by_name(links);
  std::erase_if(bridges, [&links](const Link* link) {
    return belongs_to_an_engine(link->name) && !has_external_port(*link, links);
  });
  return bridges;
}

bool leads_outside(const Link& port) {
  return port.kind != "tun" && port.kind != "veth" && port.kind != "dummy";
}

bool has_external_port(const Link& bridge, const std::vector<Link>& links) {
  return std::any_of(links.begin(), links.end(), [&bridge](const Link& port) {
    return port.master == bridge.index && leads_outside(port);
  });
}

Result<BridgeChoice> choose_bridge(const std::optional<IfName>& wanted, const std::vector<Link>& links,
                                   std::string_view host_seed) {
  if (wanted)
    return by_name(*wanted, links, host_seed, "it was asked for");
  const std::vector<const Link*> bridges = bridges_by_name(links);
  for (const Link* link : bridges)
    if (has_external_port(*link, links))
      return existing(*link, links, host_seed, "it is the first bridge with a port to the outside");
  for (const Link* link : bridges)
    if (!belongs_to_an_engine(link->name))
      return existing(*link, links, host_seed,
                      "no bridge has a port to the outside, and it is the first that no other engine owns");
  TRY(auto name, IfName::parse(k_default_bridge));
  return by_name(name, links, host_seed, "this host has no suitable bridge");
}

std::optional<IfName> named_bridge(const Request& request, const std::vector<Link>& links) {
  if (request.bridge || !request.interface)
    return request.bridge;
  const Link* nic = find_link(links, request.interface->str());
  return nic == nullptr ? std::nullopt : bridge_of(*nic, links);
}

Result<> consider_interface(const Request& request, const std::vector<Link>& links, BridgeChoice& choice) {
  if (!request.interface)
    return ok();
  const std::string& name = request.interface->str();
  const std::string what = fmt::format("cannot make a bridge over {}", name);
  const Link* nic = find_link(links, name);
  if (nic == nullptr)
    return fail(Error{ErrorKind::missing, what, "there is no such interface", "`ip link` lists them"});
  const Link* bridge = find_link(links, choice.bridge.name.str());
  if (bridge != nullptr) {
    choice.reason += nic->master == bridge->index
                         ? fmt::format("; {} is a port of it", name)
                         : fmt::format("; {} stays as it is: -i is for a bridge that is to be made", name);
    return ok();
  }
  if (request.may_move_nic)
    return ok();
  return fail(Error{ErrorKind::refused, what, "a launch moves no NIC",
                    fmt::format("run `{} -i {}` first, or leave out -i for a bridge without a NIC",
                                request.command("create", true), shell_quote(name))});
}

std::string Request::command(std::string_view verb, bool as_root) const {
  const std::string& user = scope.owner.name;
  std::string line =
      fmt::format("{}vdeup {} -u {}", as_root && !by_root ? "sudo " : "", verb, shell_quote(user));
  const SwitchSockets& at = scope.sockets;
  const std::string base{k_default_base};
  if (at.dir.str() != base + "/vde_switch0." + user || at.mgmt.str() != base + "/vde_mgmt0." + user)
    line += fmt::format(" -s {} -S {}", shell_quote(at.dir.str()), shell_quote(at.mgmt.str()));
  if (bridge)
    line += " -b " + shell_quote(bridge->str());
  return line;
}

Result<IfName> free_tap_name(const std::vector<Link>& links) {
  for (unsigned number = 0;; ++number) {
    const std::string name = fmt::format("tap{}", number);
    if (find_link(links, name) == nullptr)
      return IfName::parse(name);
  }
}

} // namespace vdeup::plan
