#pragma once

#include "support/spawn.hpp"

#include <string>
#include <vector>

namespace vmlab {

using Words = std::vector<std::string>;

inline constexpr const char* k_emulator = "qemu-system-x86_64";

/// One line of several parts.
Words operator+(Words left, const Words& right);

/// The words of a QEMU line that boots the guest, console on standard output, without any network. `orders`
/// are the guest's own words on its kernel's command line: see contrib/guest/init. Skips the test where there
/// is no guest.
Words boots(const std::string& orders);

/// The words of a QEMU line that starts a machine, stopped, with QEMU's monitor on standard input and output;
/// no guest is needed.
Words stays_stopped();

/// Wait until a QEMU of such a line has started up and answers. Its prompt alone comes too early: signals,
/// for one, have no handlers yet.
bool answers(lab::Running& stopped);

/// The hardware address that the guest found, from its console; empty before it has said so.
std::string address_seen_by_guest(const std::string& console);

/// Put a shell script of this name into a directory, which is returned and is meant for PATH.
std::string program_instead(const std::string& name, const std::string& script);

} // namespace vmlab
