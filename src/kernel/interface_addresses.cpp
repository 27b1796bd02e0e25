#include "kernel/interface_addresses.hpp"

#include "kernel/kernel_events.hpp"
#include "kernel/links.hpp"

#include <fmt/format.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace vdeup::kernel {
namespace {

static_assert(k_temporary_address == IFA_F_TEMPORARY && k_no_duplicate_detection == IFA_F_NODAD &&
              k_manages_temporary == IFA_F_MANAGETEMPADDR && k_no_prefix_route == IFA_F_NOPREFIXROUTE &&
              k_unready_address == (IFA_F_TENTATIVE | IFA_F_DADFAILED) &&
              k_duplicate_address == IFA_F_DADFAILED);

constexpr std::chrono::seconds k_address_patience{3};
constexpr std::uint8_t k_whole_address = 128;

/// What the kernel takes from us; the rest it works out.
constexpr std::uint32_t k_chosen_address_flags =
    IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN;

/// The label without what every label begins with, so that it fits another interface as well.
std::string relative_label(const std::string& label, const IfName& name) {
  if (label == name.str())
    return {};
  return label.starts_with(name.str() + ":") ? label.substr(name.str().size()) : label;
}

std::string absolute_label(const std::string& label, const IfName& name) {
  if (label.empty())
    return name.str();
  const std::string whole = name.str() + label;
  return label.front() == ':' && whole.size() < IFNAMSIZ ? whole : label;
}

MessageBuilder address_message(int type, int flags, const Device& device, const InterfaceAddress& address,
                               std::uint32_t address_flags) {
  const bool is_ip6 = address.local.address.is_ip6();
  ifaddrmsg info{};
  info.ifa_family = is_ip6 ? AF_INET6 : AF_INET;
  info.ifa_prefixlen = address.local.length;
  info.ifa_scope = address.scope;
  info.ifa_index = device.index;
  MessageBuilder builder{type, flags, info};
  builder.put(IFA_LOCAL, address.local.address);
  builder.put(IFA_ADDRESS, address.peer.value_or(address.local.address));
  if (type == RTM_DELADDR)
    return builder;
  if (address.broadcast)
    builder.put(IFA_BROADCAST, *address.broadcast);
  if (!is_ip6)
    builder.put(IFA_LABEL, absolute_label(address.label, device.name).c_str());
  builder.put(IFA_FLAGS, address_flags);
  builder.put(
      IFA_CACHEINFO,
      ifa_cacheinfo{.ifa_prefered = address.preferred, .ifa_valid = address.valid, .cstamp = 0, .tstamp = 0});
  if (address.route_metric != 0)
    builder.put(IFA_RT_PRIORITY, address.route_metric);
  if (address.protocol != 0)
    builder.put(IFA_PROTO, address.protocol);
  return builder;
}

/// An address comes into use with its route in the local table, and that is made by another thread of the
/// kernel, some time after the address was accepted. Before, what is sent to it is dropped.
// ip -6 route get fibmatch ADDRESS oif NAME
bool is_in_use(Netlink& netlink, const Device& device, const InterfaceAddress& address,
               const std::string& what) {
  rtmsg info{};
  info.rtm_family = AF_INET6;
  info.rtm_dst_len = k_whole_address;
  info.rtm_flags = RTM_F_FIB_MATCH;
  MessageBuilder builder{RTM_GETROUTE, 0, info};
  builder.put(RTA_DST, address.local.address);
  builder.put(RTA_OIF, device.index);
  bool is_local = false;
  const Netlink::Receiver look = [&](const nlmsghdr& answer) {
    const auto found = parse_message<RTA_MAX, rtmsg>(answer);
    is_local = found && header_of<rtmsg>(answer).rtm_type == RTN_LOCAL &&
               number_of<std::uint32_t>((*found)[RTA_OIF]) == device.index;
  };
  return netlink.query(builder.message(), look, what) && is_local; // no route at all is an error, and a "no"
}

/// Wait for that, unless the interface is down, where nothing comes in.
Result<> wait_for_use(Netlink& netlink, const KernelEvents& events, const Device& device,
                      const InterfaceAddress& address, const std::string& what) {
  return events.wait_until(
      [&]() -> Result<bool> {
        if (is_in_use(netlink, device, address, what))
          return true;
        TRY(auto link, find_link(netlink, device.index));
        return !link || !link->is_up;
      },
      Deadline::after(k_address_patience));
}

} // namespace

std::optional<InterfaceAddress> parse_interface_address(const nlmsghdr& message, const Device& device) {
  const auto found = parse_message<IFA_MAX, ifaddrmsg>(message);
  if (message.nlmsg_type != RTM_NEWADDR || !found || header_of<ifaddrmsg>(message).ifa_index != device.index)
    return std::nullopt;
  const auto& info = header_of<ifaddrmsg>(message);
  const auto address = ip_address_of((*found)[IFA_ADDRESS]); // the peer's, where there is one
  const auto local = ip_address_of((*found)[IFA_LOCAL]);
  if (!address && !local)
    return std::nullopt;
  InterfaceAddress read{.local = {local.value_or(address.value_or(any_address(false))), info.ifa_prefixlen}};
  if (local && address && *local != *address)
    read.peer = address;
  read.broadcast = ip_address_of((*found)[IFA_BROADCAST]);
  if (info.ifa_family == AF_INET)
    read.label = relative_label(text_of((*found)[IFA_LABEL]), device.name);
  read.scope = info.ifa_scope;
  read.flags =
      number_of<std::uint32_t>((*found)[IFA_FLAGS]).value_or(info.ifa_flags) &
      (k_chosen_address_flags | k_unready_address | (info.ifa_family == AF_INET6 ? k_temporary_address : 0));
  if (const auto life = number_of<ifa_cacheinfo>((*found)[IFA_CACHEINFO])) {
    read.valid = life->ifa_valid;
    read.preferred = life->ifa_prefered;
  }
  read.route_metric = number_of<std::uint32_t>((*found)[IFA_RT_PRIORITY]).value_or(0);
  read.protocol = number_of<std::uint8_t>((*found)[IFA_PROTO]).value_or(0);
  return read;
}

// ip address show dev NAME
Result<std::vector<InterfaceAddress>> list_interface_addresses(Netlink& netlink, const Device& device) {
  const auto parse = [&device](const nlmsghdr& answer) { return parse_interface_address(answer, device); };
  return dump<InterfaceAddress>(netlink, RTM_GETADDR, ifaddrmsg{}, parse,
                                "cannot list the addresses of " + device.name.str());
}

Result<std::vector<IpAddress>> list_usable_addresses(Netlink& netlink, const Device& device) {
  TRY(auto all, list_interface_addresses(netlink, device));
  std::vector<IpAddress> usable;
  for (const InterfaceAddress& address : all)
    if ((address.flags & k_unready_address) == 0 && address.preferred != 0)
      usable.push_back(address.local.address);
  return usable;
}

// ip address replace … dev NAME nodad; ip address change … dev NAME
Result<> add_address(Netlink& netlink, const Device& device, const InterfaceAddress& address) {
  const std::string what = fmt::format("cannot add {} to {}", address.local.str(), device.name.str());
  const std::uint32_t flags = address.flags & k_chosen_address_flags;
  const auto send = [&](int how, std::uint32_t address_flags) {
    return address_message(RTM_NEWADDR, how, device, address, address_flags).request(netlink, what);
  };
  if (!address.local.address.is_ip6())
    return send(NLM_F_CREATE | NLM_F_REPLACE, flags);
  TRY(auto events, KernelEvents::open(RTMGRP_IPV6_ROUTE, what));
  const auto added = send(NLM_F_CREATE | NLM_F_EXCL, flags | IFA_F_NODAD);
  TRY(tolerate(added, ErrorKind::conflict));
  // A change starts no detection, so the address ends with the very flags that it had.
  auto changed = send(NLM_F_REPLACE, flags);
  if (changed)
    changed = wait_for_use(netlink, events, device, address, what);
  if (!changed && added) // a step that failed has changed nothing
    (void)remove_address(netlink, device, address);
  return changed;
}

// ip address delete … dev NAME
Result<> remove_address(Netlink& netlink, const Device& device, const InterfaceAddress& address) {
  const std::string what = fmt::format("cannot remove {} from {}", address.local.str(), device.name.str());
  return tolerate(address_message(RTM_DELADDR, 0, device, address, 0).request(netlink, what),
                  ErrorKind::missing);
}

} // namespace vdeup::kernel
