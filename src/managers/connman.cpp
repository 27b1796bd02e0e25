#include "managers/connman.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::managers {

std::vector<NicManager> find_connman(const FileTree& tree, const process::ProcessTable& processes,
                                     const Link& nic) {
  const auto running = processes.named("connmand");
  if (running.empty())
    return {};
  NicManager manager{.kind = NicManager::Kind::connman, .name = "connman", .hold = NicManager::Hold::manages};
  manager.evidence = {running.front().str()};
  const std::string text = tree.read("/etc/connman/main.conf").value_or("");
  std::string list; // blanks may stand around the `=`
  for (const std::string_view line : split(text, '\n'))
    if (line.starts_with("NetworkInterfaceBlacklist"))
      list = line.substr(std::min(line.find('='), line.size() - 1) + 1);
  for (std::string_view prefix : split(list, ',')) {
    prefix.remove_prefix(std::min(prefix.find_first_not_of(' '), prefix.size()));
    if (prefix.empty() || !nic.name.starts_with(prefix))
      continue;
    manager.hold = NicManager::Hold::leaves;
    manager.evidence.push_back(fmt::format("/etc/connman/main.conf excludes {}", printable(prefix)));
  }
  return {std::move(manager)};
}

} // namespace vdeup::managers
