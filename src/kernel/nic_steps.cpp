#include "kernel/nic_steps.hpp"

#include "kernel/interface_addresses.hpp"
#include "kernel/interface_settings.hpp"
#include "kernel/join_bridge.hpp"
#include "kernel/links.hpp"
#include "kernel/neighbours.hpp"
#include "kernel/routes.hpp"
#include "kernel/rules.hpp"

namespace vdeup::kernel {
namespace {

class NicExecutor {
 public:
  NicExecutor(Netlink& netlink, NicTools& tools) : m_netlink(netlink), m_tools(tools) {}

  Result<> operator()(const ApplySettings& step) const {
    TRY(auto device, find(step.interface));
    return apply_settings(m_netlink, device, step.settings);
  }
  Result<> operator()(const AddAddress& step) const {
    TRY(auto device, find(step.interface));
    return add_address(m_netlink, device, step.address);
  }
  Result<> operator()(const RemoveAddress& step) const {
    TRY(auto link, find_link(m_netlink, step.interface));
    return link ? remove_address(m_netlink, {link->index, step.interface}, step.address) : Result<>{ok()};
  }
  Result<> operator()(const AddRoute& step) const {
    TRY(auto device, find(step.interface));
    return add_route(m_netlink, device, step.route);
  }
  Result<> operator()(const RemoveRoute& step) const {
    TRY(auto link, find_link(m_netlink, step.interface));
    return link ? remove_route(m_netlink, {link->index, step.interface}, step.route) : Result<>{ok()};
  }
  Result<> operator()(const ReplaceRoute& step) const {
    TRY(auto from, find_link(m_netlink, step.from));
    TRY(auto to, find(step.to));
    return from ? replace_route(m_netlink, {from->index, step.from}, to, step.route)
                : add_route(m_netlink, to, step.route);
  }
  // A rule goes by the name, and outlives the interface: no look-up.
  Result<> operator()(const AddRule& step) const {
    return add_rule(m_netlink, {0, step.interface}, step.rule);
  }
  Result<> operator()(const RemoveRule& step) const {
    return remove_rule(m_netlink, {0, step.interface}, step.rule);
  }
  Result<> operator()(const AddNeighbours& step) const {
    TRY(auto device, find(step.interface));
    return add_neighbours(m_netlink, device, step.neighbours);
  }
  Result<> operator()(const RemoveNeighbours& step) const {
    TRY(auto link, find_link(m_netlink, step.interface));
    return link ? remove_neighbours(m_netlink, {link->index, step.interface}, step.neighbours)
                : Result<>{ok()};
  }
  Result<> operator()(const Detour& step) const {
    TRY(auto nic, find(step.nic));
    TRY(auto bridge, find(step.bridge));
    if (auto detour =
            KernelDetour::begin(nic, bridge)) // without one it is likelier that a frame is lost, no more
      m_tools.detour = std::move(detour).value();
    return ok();
  }
  Result<> operator()(const EndDetour& /*step*/) const {
    m_tools.detour.reset();
    return ok();
  }
  Result<> operator()(const JoinBridge& step) const {
    TRY(auto nic, find(step.nic));
    TRY(auto bridge, find(step.bridge));
    return join_bridge(m_netlink, nic, bridge, step.keep_up);
  }
  Result<> operator()(const Announce& step) const {
    TRY(auto device, find(step.interface));
    return m_tools.announcer.announce(device, step.mac, step.addresses);
  }

 private:
  [[nodiscard]] Result<Device> find(const IfName& name) const {
    TRY(auto link, find_link(m_netlink, name));
    if (!link)
      return fail(Error{ErrorKind::conflict, "cannot go on with " + name.str(), "the interface is gone", {}});
    return Device{link->index, name};
  }

  Netlink& m_netlink;
  NicTools& m_tools;
};

} // namespace

Result<> execute_nic_step(Netlink& netlink, NicTools& tools, const NicStep& step) {
  return std::visit(NicExecutor{netlink, tools}, step);
}

} // namespace vdeup::kernel
