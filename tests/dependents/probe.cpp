// Says what the guards of the NIC move see from where it runs: `guard_probe NIC`. It stands for `vdeup
// create` in logins of all kinds.

#include "dependents/dependents.hpp"
#include "kernel/interface_addresses.hpp"
#include "kernel/links.hpp"
#include "kernel/route_query.hpp"
#include "nicmove/permission.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <string>

using namespace vdeup;

namespace {

Result<std::vector<std::string>> judge(const IfName& name) {
  TRY(auto netlink, kernel::Netlink::open());
  TRY(auto links, kernel::list_links(netlink));
  TRY(auto routes, kernel::list_default_route_links());
  const nicmove::HostLinks survey{.links = links, .default_routes = routes};
  TRY(auto choice, nicmove::choose_nic(name, false, survey));
  TRY(auto dependents, dependents::observe_dependents(::getpid(), "/"));
  TRY(auto addresses, kernel::list_usable_addresses(netlink, {choice.nic.index, name}));
  for (const NetworkSession& session : dependents.sessions)
    fmt::print("session {} {} {}\n", session.server, session.peer ? session.peer->address.str() : "-",
               session.evidence);
  return nicmove::check_permission(
      choice, {.addresses = addresses, .sessions = dependents.sessions, .mounts = {}, .managers = {}}, survey,
      false);
}

} // namespace

int main(int argc, char** argv) {
  const auto name = IfName::parse(argc > 1 ? argv[1] : "");
  if (!name)
    return 2;
  const auto notes = judge(name.value());
  fmt::print("{}\n", notes ? "permitted" : notes.error().message());
  return notes ? 0 : 1;
}
