#pragma once

#include "model/names.hpp"

#include <string>

namespace vdeup {

/// The path of a switch as libvdeplug reads it: it ends a locator at a bracket or brace, joins what is between
/// quotes, and takes a backslash off the character behind it.
[[nodiscard]] std::string vde_locator(const SocketPath& switch_dir);

} // namespace vdeup
