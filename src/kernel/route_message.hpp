#pragma once

#include "kernel/message_builder.hpp"

namespace vdeup::kernel {

/// Read an RTM_NEWROUTE message. Pure; the next hops name their interfaces, and the place is not told.
/// Nothing if it is another message, or of what the kernel makes by itself: copies, and its part of the local
/// table.
[[nodiscard]] std::optional<Route> parse_route(const nlmsghdr& message);

/// Make a message of a route whose own next hops go through the interface with this index.
[[nodiscard]] MessageBuilder route_message(int type, int flags, std::uint32_t index, const Route& route);

} // namespace vdeup::kernel
