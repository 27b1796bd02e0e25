#include "model/manager_step.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

namespace vdeup {
namespace {

std::string_view name_of(NicManager::Kind kind) {
  return kind == NicManager::Kind::network_manager ? "NetworkManager" : "systemd-networkd";
}

std::vector<std::string> names_of(const std::vector<IfName>& devices) {
  std::vector<std::string> names;
  std::transform(devices.begin(), devices.end(), std::back_inserter(names),
                 [](const IfName& device) { return device.str(); });
  return names;
}

struct DescribeManagerStep {
  std::string operator()(const Unmanage& step) const {
    return fmt::format("tell {} to leave {} alone", name_of(step.manager),
                       fmt::join(names_of(step.devices), ", "));
  }
  std::string operator()(const Manage& step) const {
    return fmt::format("let {} have {} again, if it wants to", name_of(step.manager),
                       fmt::join(names_of(step.devices), ", "));
  }
  std::string operator()(const DisconnectNic& step) const {
    return fmt::format("have NetworkManager disconnect {}", step.nic.str());
  }
  std::string operator()(const ConnectNic& step) const {
    return fmt::format("have NetworkManager connect {} again{}", step.nic.str(),
                       step.connection.empty() ? "" : ", connection " + step.connection);
  }
};

struct Invert {
  ManagerStep operator()(const Unmanage& step) const { return Manage{step.manager, step.devices}; }
  ManagerStep operator()(const Manage& step) const { return Unmanage{step.manager, step.devices}; }
  ManagerStep operator()(const DisconnectNic& step) const { return ConnectNic{step.nic, step.connection}; }
  ManagerStep operator()(const ConnectNic& step) const { return DisconnectNic{step.nic, step.connection}; }
};

} // namespace

std::string describe(const ManagerStep& step) {
  return std::visit(DescribeManagerStep{}, step);
}

std::vector<ManagerStep> inverse(const std::vector<ManagerStep>& steps) {
  std::vector<ManagerStep> back;
  std::transform(steps.rbegin(), steps.rend(), std::back_inserter(back),
                 [](const ManagerStep& step) { return std::visit(Invert{}, step); });
  return back;
}

} // namespace vdeup
