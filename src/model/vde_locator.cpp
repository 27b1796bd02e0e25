#include "model/vde_locator.hpp"

#include <string_view>

namespace vdeup {

std::string vde_locator(const SocketPath& switch_dir) {
  constexpr std::string_view special = R"(\"'[]{})";
  std::string locator;
  for (const char byte : switch_dir.str()) {
    if (special.find(byte) != std::string_view::npos)
      locator += '\\';
    locator += byte;
  }
  return locator;
}

} // namespace vdeup
