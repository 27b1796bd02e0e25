#pragma once

#include <string>

namespace lab {

/// The path of a program that is started as a service where its package is installed, and is therefore looked
/// for where `contrib/debian-packages unpack` has put it (VDEUP_TEST_TOOLS) before the places of the system.
/// Skips the test if it is in neither.
std::string tool(const std::string& name);

/// The same, and empty if it is in neither.
std::string find_tool(const std::string& name);

/// Skip the test if a program of the system is not installed.
void needs(const std::string& program);

} // namespace lab
