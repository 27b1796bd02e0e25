#include "privilege/nic_request.hpp"

#include <fmt/format.h>

namespace vdeup::privilege {

std::string describe(const NicRequest& request) {
  if (const auto* in = std::get_if<MoveNicIn>(&request))
    return fmt::format("move {} into {}", in->nic.str(), in->bridge.str());
  if (const auto* out = std::get_if<MoveNicOut>(&request))
    return fmt::format("give back the NIC that is in {}", out->bridge.str());
  return std::holds_alternative<UndoNicMove>(request) ? "undo" : "confirm";
}

const MoveOptions* options_of(const NicRequest& request) {
  if (const auto* in = std::get_if<MoveNicIn>(&request))
    return &in->options;
  if (const auto* out = std::get_if<MoveNicOut>(&request))
    return &out->options;
  const auto* undo = std::get_if<UndoNicMove>(&request);
  return undo == nullptr ? nullptr : &undo->options;
}

} // namespace vdeup::privilege
