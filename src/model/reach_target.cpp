#include "model/reach_target.hpp"

#include <fmt/format.h>

namespace vdeup {

std::string ReachTarget::str() const {
  const std::string named = fmt::format("{}{}{}", who, who.empty() ? "" : " ", address.str());
  return how == How::connect ? fmt::format("{} port {}", named, port) : named;
}

} // namespace vdeup
