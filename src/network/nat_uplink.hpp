#pragma once

#include "network/ensure.hpp"
#include "plan/removal.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vdeup::network {

/// What an ordinary user lacks if no way to privileges works.
inline constexpr std::string_view k_no_privilege = "it takes CAP_NET_ADMIN";

/// Say for people why the helper does not do something: by which line, or that it cannot be had.
[[nodiscard]] std::string why_not(const Error& error);

/// Say why the caller cannot have a private network behind this bridge, which need not exist; empty if he
/// can. No person is asked for it.
[[nodiscard]] std::string why_no_private_network(const World& world, const IfName& bridge);

/// Say what keeps a new private network from the outside, with the commands that help.
[[nodiscard]] std::vector<Warning> warnings_about(const World& world, const IfName& bridge);

/// The private networks of a scope, with those whose bridge is gone or has another name.
[[nodiscard]] Result<std::vector<plan::FoundNat>> find_nats(const World& world, const plan::Request& request,
                                                            const engine::Survey& survey);

/// Plan the removal of those whose bridge is gone or has another name: their dnsmasq would go on to serve
/// under the old name, and their rules would stay.
[[nodiscard]] Result<Plan> plan_stale_removal(const World& world, const plan::Request& request,
                                              const engine::Survey& survey);

} // namespace vdeup::network
