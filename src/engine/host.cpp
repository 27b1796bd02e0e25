#include "engine/host.hpp"

namespace vdeup::engine {

Result<> Host::execute(const Step& step) const {
  if (const auto* link_step = std::get_if<LinkStep>(&step))
    return links.execute(*link_step);
  if (const auto* nat_step = std::get_if<NatStep>(&step))
    return nats.execute(*nat_step);
  return switches.execute(std::get<SwitchStep>(step));
}

} // namespace vdeup::engine
