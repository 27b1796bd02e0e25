#pragma once

#include "model/route.hpp"

namespace vdeup {

/// The network of a prefix: the rest of its address is zero.
[[nodiscard]] IpPrefix network_of(const IpPrefix& prefix);

/// True if the kernel takes one address for the other, whatever their flags and lifetimes.
[[nodiscard]] bool is_same(const InterfaceAddress& one, const InterfaceAddress& other);

/// True if two routes differ in their places and lifetimes only.
[[nodiscard]] bool is_same(const Route& one, Route other);

} // namespace vdeup
