#include "model/step.hpp"

#include <fmt/format.h>

namespace vdeup {
namespace {

struct DescribeStep {
  std::string operator()(const LinkStep& step) const { return std::visit(*this, step); }
  std::string operator()(const SwitchStep& step) const { return std::visit(*this, step); }
  std::string operator()(const NatStep& step) const { return std::visit(*this, step); }
  std::string operator()(const NicStep& step) const { return describe(step); }

  std::string operator()(const CreateBridge& step) const {
    return fmt::format("create bridge {}, address {}, mtu {}, STP off, forward delay 0", step.name.str(),
                       step.mac.str(), step.mtu);
  }
  std::string operator()(const MarkBridge& step) const {
    return fmt::format("mark bridge {} as made by vdeup{}", step.name.str(),
                       step.nat ? " for " + step.nat->switch_dir.str() : "");
  }
  std::string operator()(const DeleteBridge& step) const {
    return fmt::format("delete bridge {}", step.name.str());
  }
  std::string operator()(const CreateTap& step) const {
    return fmt::format("create TAP {}, owner {}, mtu {}", step.name.str(), step.owner.name, step.mtu);
  }
  std::string operator()(const DeleteTap& step) const {
    return fmt::format("delete TAP {}", step.name.str());
  }
  std::string operator()(const SetUp& step) const { return fmt::format("set {} up", step.name.str()); }
  std::string operator()(const SetDown& step) const { return fmt::format("set {} down", step.name.str()); }
  std::string operator()(const SetBridge& step) const {
    return step.bridge ? fmt::format("make {} a port of {}", step.port.str(), step.bridge->str())
                       : fmt::format("take {} out of its bridge", step.port.str());
  }
  std::string operator()(const StartSwitch& step) const {
    const bool is_usual = step.access.kind == SwitchAccess::Kind::owner && !step.access.group;
    return fmt::format("start vde_switch {} as {}{}{}", step.scope.sockets.dir.str(), step.scope.owner.name,
                       step.tap ? " on " + step.tap->str() : std::string{" without a TAP"},
                       is_usual ? "" : ", " + describe(step.access));
  }
  std::string operator()(const StopSwitch& step) const {
    return fmt::format("stop vde_switch {}", step.scope.sockets.dir.str());
  }
  std::string operator()(const SweepSockets& step) const {
    return fmt::format("remove the sockets left in {}", step.scope.sockets.dir.str());
  }
  std::string operator()(const StartUplink& step) const {
    std::string text = fmt::format("join {} to the outside by slirp, as {}", step.scope.sockets.dir.str(),
                                   step.scope.owner.name);
    for (const Forward& forward : step.forwards)
      text += ", forward " + forward.text();
    return text;
  }
  std::string operator()(const StopUplink& step) const {
    return fmt::format("end the slirp of {}", step.scope.sockets.dir.str());
  }
  std::string operator()(const AddPrivateNetwork& step) const {
    return fmt::format("make {} the gateway {}{} of a private network, and masquerade it", step.bridge.str(),
                       step.network.gateway4.str(),
                       step.network.gateway6 ? " and " + step.network.gateway6->str() : "");
  }
  std::string operator()(const RemovePrivateNetwork& step) const {
    return fmt::format("take the private network from {}, and forward as before", step.bridge.str());
  }
  std::string operator()(const StartDnsmasq& step) const {
    return fmt::format("start dnsmasq on {} as {}", step.bridge.str(), step.owner.name);
  }
  std::string operator()(const StopDnsmasq& step) const {
    return fmt::format("stop the dnsmasq of {}", step.bridge.str());
  }
};

struct NameOf {
  StepName operator()(const LinkStep& step) const { return std::visit(*this, step); }
  StepName operator()(const SwitchStep& step) const { return std::visit(*this, step); }
  StepName operator()(const NatStep& step) const { return std::visit(*this, step); }
  StepName operator()(const NicStep& step) const { return {kind_of(step), interface_of(step).str()}; }

  StepName operator()(const CreateBridge& step) const { return {"create-bridge", step.name.str()}; }
  StepName operator()(const MarkBridge& step) const { return {"mark-bridge", step.name.str()}; }
  StepName operator()(const DeleteBridge& step) const { return {"delete-bridge", step.name.str()}; }
  StepName operator()(const CreateTap& step) const { return {"create-tap", step.name.str()}; }
  StepName operator()(const DeleteTap& step) const { return {"delete-tap", step.name.str()}; }
  StepName operator()(const SetUp& step) const { return {"set-up", step.name.str()}; }
  StepName operator()(const SetDown& step) const { return {"set-down", step.name.str()}; }
  StepName operator()(const SetBridge& step) const { return {"set-bridge", step.port.str()}; }
  StepName operator()(const StartSwitch& step) const {
    return {"start-switch", step.scope.sockets.dir.str()};
  }
  StepName operator()(const StopSwitch& step) const { return {"stop-switch", step.scope.sockets.dir.str()}; }
  StepName operator()(const SweepSockets& step) const {
    return {"sweep-sockets", step.scope.sockets.dir.str()};
  }
  StepName operator()(const StartUplink& step) const {
    return {"start-uplink", step.scope.sockets.dir.str()};
  }
  StepName operator()(const StopUplink& step) const { return {"stop-uplink", step.scope.sockets.dir.str()}; }
  StepName operator()(const AddPrivateNetwork& step) const {
    return {"add-private-network", step.bridge.str()};
  }
  StepName operator()(const RemovePrivateNetwork& step) const {
    return {"remove-private-network", step.bridge.str()};
  }
  StepName operator()(const StartDnsmasq& step) const { return {"start-dnsmasq", step.bridge.str()}; }
  StepName operator()(const StopDnsmasq& step) const { return {"stop-dnsmasq", step.bridge.str()}; }
};

} // namespace

StepName name_of(const Step& step) {
  return std::visit(NameOf{}, step);
}

std::string describe(const Step& step) {
  return std::visit(DescribeStep{}, step);
}

} // namespace vdeup
