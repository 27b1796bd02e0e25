#include "model/find_link.hpp"

namespace vdeup {

const Link* find_link(const std::vector<Link>& links, std::string_view name) {
  for (const Link& link : links)
    if (link.name == name)
      return &link;
  return nullptr;
}

const Link* find_link(const std::vector<Link>& links, std::uint32_t index) {
  for (const Link& link : links)
    if (link.index == index)
      return &link;
  return nullptr;
}

std::optional<IfName> bridge_of(const Link& port, const std::vector<Link>& links) {
  const Link* master = port.master == 0 ? nullptr : find_link(links, port.master);
  if (master == nullptr || !master->is_bridge())
    return std::nullopt;
  auto name = IfName::parse(master->name);
  return name ? std::optional{std::move(name).value()} : std::nullopt;
}

} // namespace vdeup
