#include "model/find_link.hpp"

#include <algorithm>

namespace vdeup {

const Link* find_link(const std::vector<Link>& links, std::string_view name) {
  const auto found =
      std::find_if(links.begin(), links.end(), [name](const Link& link) { return link.name == name; });
  return found == links.end() ? nullptr : &*found;
}

} // namespace vdeup
