#include "model/nic_step.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

namespace vdeup {
namespace {

template <class Elements, class ToText>
std::string joined(const Elements& elements, ToText to_text) {
  std::string text;
  for (const auto& element : elements)
    text += (text.empty() ? "" : ", ") + to_text(element);
  return text;
}

std::string address_of(const Neighbour& neighbour) {
  return neighbour.address.str();
}

struct DescribeNicStep {
  std::string operator()(const ApplySettings& step) const {
    return fmt::format("set {} {}", step.interface.str(), step.purpose);
  }
  std::string operator()(const AddAddress& step) const {
    return fmt::format("add address {} to {}", describe(step.address), step.interface.str());
  }
  std::string operator()(const RemoveAddress& step) const {
    return fmt::format("remove address {} from {}", step.address.local.str(), step.interface.str());
  }
  std::string operator()(const AddRoute& step) const {
    return fmt::format("add route {} through {}", describe(step.route), step.interface.str());
  }
  std::string operator()(const RemoveRoute& step) const {
    return fmt::format("remove route {} through {}", describe(step.route), step.interface.str());
  }
  std::string operator()(const ReplaceRoute& step) const {
    return fmt::format("replace route {} through {} by {}", describe(step.route), step.from.str(),
                       step.to.str());
  }
  std::string operator()(const AddRule& step) const {
    return fmt::format("add rule {} of {}", describe(step.rule), step.interface.str());
  }
  std::string operator()(const RemoveRule& step) const {
    return fmt::format("remove rule {} of {}", describe(step.rule), step.interface.str());
  }
  std::string operator()(const AddNeighbours& step) const {
    return fmt::format("add to {} the neighbours {}", step.interface.str(),
                       joined(step.neighbours, address_of));
  }
  std::string operator()(const RemoveNeighbours& step) const {
    return fmt::format("remove from {} the neighbours {}", step.interface.str(),
                       joined(step.neighbours, address_of));
  }
  std::string operator()(const Detour& step) const {
    return fmt::format("let packets that come in at {} arrive at {}", step.nic.str(), step.bridge.str());
  }
  std::string operator()(const EndDetour& step) const {
    return fmt::format("let packets that come in at {} go their usual way", step.nic.str());
  }
  std::string operator()(const JoinBridge& step) const {
    return fmt::format("make {} a port of {}, and wait until it sends", step.nic.str(), step.bridge.str());
  }
  std::string operator()(const Announce& step) const {
    return fmt::format("announce {} at {} on {}",
                       joined(step.addresses, [](const IpAddress& address) { return address.str(); }),
                       step.mac.str(), step.interface.str());
  }
};

struct InterfaceOf {
  template <class T>
  const IfName& operator()(const T& step) const {
    return step.interface;
  }
  const IfName& operator()(const ReplaceRoute& step) const { return step.to; }
  const IfName& operator()(const Detour& step) const { return step.nic; }
  const IfName& operator()(const EndDetour& step) const { return step.nic; }
  const IfName& operator()(const JoinBridge& step) const { return step.nic; }
};

} // namespace

std::string describe(const NicStep& step) {
  return std::visit(DescribeNicStep{}, step);
}

std::string_view kind_of(const NicStep& step) {
  // In the order of the variant.
  constexpr std::array<std::string_view, std::variant_size_v<NicStep>> kinds{
      "apply-settings", "add-address", "remove-address", "add-route",      "remove-route",
      "replace-route",  "add-rule",    "remove-rule",    "add-neighbours", "remove-neighbours",
      "detour",         "end-detour",  "join-bridge",    "announce"};
  return kinds.at(step.index());
}

const IfName& interface_of(const NicStep& step) {
  return std::visit(InterfaceOf{}, step);
}

} // namespace vdeup
