#include "model/nic.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vdeup {

std::string_view directory_of(Setting::Group group) {
  constexpr std::array<std::string_view, 4> directories{"ipv4/conf", "ipv6/conf", "ipv4/neigh", "ipv6/neigh"};
  return directories.at(static_cast<std::size_t>(group));
}

const std::string* NicSnapshot::setting(Setting::Group group, std::string_view key) const {
  const auto found = std::find_if(settings.begin(), settings.end(), [&](const Setting& setting) {
    return setting.group == group && setting.key == key;
  });
  return found == settings.end() ? nullptr : &found->value;
}

std::string describe(const Neighbour& neighbour) {
  constexpr std::array<std::string_view, 4> states{"permanent", "noarp", "reachable", "stale"};
  return fmt::format("{}{}{} {}{}{}", neighbour.is_proxy ? "proxy " : "", neighbour.address.str(),
                     neighbour.mac ? " lladdr " + neighbour.mac->str() : "",
                     states.at(static_cast<std::size_t>(neighbour.state)),
                     neighbour.flags == 0 ? "" : fmt::format(" flags {:#x}", neighbour.flags),
                     neighbour.protocol == 0 ? "" : fmt::format(" proto {}", neighbour.protocol));
}

std::string describe(const Setting& setting) {
  return fmt::format("{} {}={}", directory_of(setting.group), setting.key, printable(setting.value));
}

} // namespace vdeup
