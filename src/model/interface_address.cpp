#include "model/interface_address.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace vdeup {

std::string IpPrefix::str() const {
  return fmt::format("{}/{}", address.str(), length);
}

bool InterfaceAddress::is_temporary() const {
  return local.address.is_ip6() && (flags & k_temporary_address) != 0;
}

bool InterfaceAddress::is_from_a_router() const {
  constexpr std::uint8_t router_advertisement = 2; // IFAPROT_KERNEL_RA, Linux 6.0
  // Before, the kernel does not say so; then one that has to do with temporary addresses is one.
  return local.address.is_ip6() && valid != k_forever &&
         (protocol == router_advertisement || (flags & (k_manages_temporary | k_temporary_address)) != 0);
}

std::string scope_name(std::uint32_t number) {
  switch (number) {
  case 0:
    return "global";
  case 200:
    return "site";
  case 253:
    return "link";
  case 254:
    return "host";
  default:
    return fmt::format("{}", number);
  }
}

std::string describe(const std::vector<RawAttribute>& attributes) {
  std::string text;
  for (const RawAttribute& attribute : attributes)
    text += fmt::format(" attribute {}={:02x}", attribute.type, fmt::join(attribute.bytes, ""));
  return text;
}

std::string describe_without_lifetimes(const InterfaceAddress& address) {
  std::string text = address.local.str();
  if (address.peer)
    text += " peer " + address.peer->str();
  if (address.broadcast)
    text += " broadcast " + address.broadcast->str();
  text += " scope " + scope_name(address.scope);
  if (!address.label.empty())
    text += " label " + printable(address.label);
  if (address.flags != 0)
    text += fmt::format(" flags {:#x}", address.flags);
  if (address.route_metric != 0)
    text += fmt::format(" metric {}", address.route_metric);
  if (address.protocol != 0)
    text += fmt::format(" proto {}", address.protocol);
  return text;
}

std::string describe(const InterfaceAddress& address) {
  std::string text = describe_without_lifetimes(address);
  if (address.valid != k_forever)
    text += fmt::format(" valid {} s", address.valid);
  if (address.preferred != address.valid)
    text += fmt::format(" preferred {} s", address.preferred);
  return text;
}

} // namespace vdeup
