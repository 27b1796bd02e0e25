#include "model/network.hpp"

namespace vdeup {

std::vector<std::string> Switch::clients() const {
  std::vector<std::string> found;
  for (const SwitchPort& port : ports)
    for (const Endpoint& endpoint : port.endpoints)
      if (endpoint.kind == Endpoint::Kind::client)
        found.push_back(endpoint.description);
  return found;
}

} // namespace vdeup
