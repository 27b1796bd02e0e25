#pragma once

#include "qemu/capabilities.hpp"

#include <string>

namespace vdeup::launch {

/// Find out what a QEMU can do: from the user's cache, else by asking the program once (`-version`,
/// `-netdev help`, `-device help`).
///
/// The cache knows the program by path, size, inode and time of change, so an upgrade is noticed and the warm
/// path starts no process. Only answers to all questions are cached: a failure has its reason elsewhere. A
/// program that is not called like a QEMU is never asked: it gets the attachment
/// that every QEMU has. Failures to read or write the cache only cost time.
[[nodiscard]] qemu::Capabilities capabilities_of(const std::string& program);

} // namespace vdeup::launch
