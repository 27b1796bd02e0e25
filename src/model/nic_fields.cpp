#include "model/nic_fields.hpp"

namespace vdeup {
namespace {

constexpr std::size_t k_max_name = 16; // with its terminating zero

bool fits(const std::optional<IpAddress>& other, bool is_ip6) {
  return !other || other->is_ip6() == is_ip6;
}

} // namespace

bool Fields<InterfaceAddress>::is_label(const std::string& label) {
  return label.size() < k_max_name && label.find('\0') == std::string::npos;
}

bool Fields<InterfaceAddress>::is_valid(const InterfaceAddress& address) {
  const bool is_ip6 = address.local.address.is_ip6();
  return fits(address.peer, is_ip6) && fits(address.broadcast, is_ip6);
}

bool Fields<Route>::is_valid(const Route& route) {
  return !route.next_hops.empty() && (!route.source || route.source->address.is_ip6()) &&
         fits(route.preferred_source, route.is_ip6()) &&
         std::all_of(route.next_hops.begin(), route.next_hops.end(),
                     [&](const NextHop& hop) { return fits(hop.gateway, route.is_ip6()); });
}

bool Fields<RoutingRule>::is_valid(const RoutingRule& rule) {
  const std::uint8_t longest = rule.is_ip6 ? 128 : 32;
  return rule.destination_length <= longest && rule.source_length <= longest;
}

bool Fields<Setting>::is_key(const std::string& key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_';
  });
}

} // namespace vdeup
