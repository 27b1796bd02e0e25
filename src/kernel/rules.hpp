#pragma once

#include "kernel/message_builder.hpp"

namespace vdeup::kernel {

/// Read an RTM_NEWRULE message. Pure; nothing if it is another one, or of a rule that does not name this
/// interface.
[[nodiscard]] std::optional<RoutingRule> parse_rule(const nlmsghdr& message, const Device& device);

/// List the rules that name an interface.
[[nodiscard]] Result<std::vector<RoutingRule>> list_rules(Netlink& netlink, const Device& device);

/// Add a rule; success if it is there.
[[nodiscard]] Result<> add_rule(Netlink& netlink, const Device& device, const RoutingRule& rule);

/// Remove a rule; success if it is gone.
[[nodiscard]] Result<> remove_rule(Netlink& netlink, const Device& device, const RoutingRule& rule);

} // namespace vdeup::kernel
