#pragma once

#include "network/ensure.hpp"
#include "plan/removal.hpp"
#include "plan/uplink_choice.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vdeup::network {

/// Look at everything as a plan for a private network needs it: as look(), with the bridge that is to be one.
[[nodiscard]] Result<Situation> look_for_private_network(const World& world, const plan::Request& request);

/// What an ordinary user lacks where no way leads to the helper.
inline constexpr std::string_view k_no_privilege = "it takes CAP_NET_ADMIN";

/// Say for people why the helper does not do something: by which line, or that it cannot be had.
[[nodiscard]] std::string why_not(const Error& error);

/// Say why the caller cannot have a private network here; empty if he can. `bridge` is the one that it would
/// be. Nobody is bothered for it.
[[nodiscard]] std::string why_no_private_network(const World& world, const IfName& bridge);

/// Say for people what keeps a new private network from the outside, and the commands that help.
[[nodiscard]] std::vector<std::string> warnings_about(const World& world, const IfName& bridge);

/// The private networks of a scope, with those whose bridge is gone or has another name.
[[nodiscard]] Result<std::vector<plan::PrivateRemains>>
find_remains(const World& world, const plan::Request& request, const engine::Survey& survey);

/// Plan what clears away such a one, where its bridge is gone or has another name: its dnsmasq would go on to
/// serve under the old name, and its rules to hold.
[[nodiscard]] Result<Plan> plan_to_clear_strays(const World& world, const plan::Request& request);

} // namespace vdeup::network
