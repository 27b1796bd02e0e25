#pragma once

#include "model/fields.hpp"
#include "model/manager_step.hpp"
#include "model/nic_move.hpp"

// The fields of what a NIC has, of its move and of what its managers were told (model/fields.hpp).

namespace vdeup {

inline constexpr std::size_t k_max_elements = 4096; ///< attributes or next hops of one value
inline constexpr std::uint32_t k_max_index = std::numeric_limits<std::int32_t>::max();

template <>
inline constexpr std::array k_names_of<Route::Place> = std::to_array<std::string_view>({"alone", "first",
                                                                                        "behind"});
template <>
inline constexpr std::array k_names_of<Neighbour::State> =
    std::to_array<std::string_view>({"permanent", "noarp", "reachable", "stale"});
template <>
inline constexpr std::array k_names_of<Setting::Group> =
    std::to_array<std::string_view>({"ip4", "ip6", "ip4-neighbours", "ip6-neighbours"});
template <>
inline constexpr std::array k_names_of<NicMove::Direction> = std::to_array<std::string_view>({"in", "out"});
template <>
inline constexpr std::array k_names_of<NicManager::Kind> =
    std::to_array<std::string_view>({"networkd", "network-manager", "ifupdown", "dhcp-client", "connman"});

template <>
struct Fields<RawAttribute> {
  static constexpr std::size_t k_max_bytes = std::numeric_limits<std::int16_t>::max();
  static constexpr std::tuple list{
      Field{"type", &RawAttribute::type},
      Field{"bytes", &RawAttribute::bytes, has_up_to<std::vector<std::uint8_t>, k_max_bytes>}};
};

template <>
struct Fields<InterfaceAddress> {
  static bool is_label(const std::string& label);
  static constexpr std::string_view name = "address";
  static constexpr std::tuple list{Field{"local", &InterfaceAddress::local},
                                   Field{"peer", &InterfaceAddress::peer},
                                   Field{"broadcast", &InterfaceAddress::broadcast},
                                   Field{"label", &InterfaceAddress::label, is_label},
                                   Field{"scope", &InterfaceAddress::scope},
                                   Field{"flags", &InterfaceAddress::flags},
                                   Field{"valid", &InterfaceAddress::valid},
                                   Field{"preferred", &InterfaceAddress::preferred},
                                   Field{"route_metric", &InterfaceAddress::route_metric},
                                   Field{"protocol", &InterfaceAddress::protocol}};
  static bool is_valid(const InterfaceAddress& address);
};

template <>
struct Fields<NextHop> {
  static constexpr std::string_view name = "hop";
  static constexpr std::tuple list{
      Field{"interface", &NextHop::interface, is_up_to<k_max_index>}, Field{"gateway", &NextHop::gateway},
      Field{"weight", &NextHop::weight}, Field{"on_link", &NextHop::on_link},
      Field{"others", &NextHop::others, has_up_to<std::vector<RawAttribute>, k_max_elements>}};
};

template <>
struct Fields<Route> {
  static constexpr std::string_view name = "route";
  static constexpr std::tuple list{
      Field{"table", &Route::table},
      Field{"destination", &Route::destination},
      Field{"source", &Route::source},
      Field{"tos", &Route::tos},
      Field{"protocol", &Route::protocol},
      Field{"scope", &Route::scope},
      Field{"type", &Route::type},
      Field{"metric", &Route::metric},
      Field{"preferred_source", &Route::preferred_source},
      Field{"next_hops", &Route::next_hops, has_up_to<std::vector<NextHop>, k_max_elements>},
      Field{"expires", &Route::expires},
      Field{"next_hop", &Route::next_hop},
      Field{"others", &Route::others, has_up_to<std::vector<RawAttribute>, k_max_elements>},
      Field{"place", &Route::place}};
  static bool is_valid(const Route& route);
};

template <>
struct Fields<RoutingRule> {
  static constexpr std::string_view name = "rule";
  static constexpr std::tuple list{
      Field{"is_ip6", &RoutingRule::is_ip6},
      Field{"destination_length", &RoutingRule::destination_length},
      Field{"source_length", &RoutingRule::source_length},
      Field{"tos", &RoutingRule::tos},
      Field{"table", &RoutingRule::table},
      Field{"action", &RoutingRule::action},
      Field{"flags", &RoutingRule::flags},
      Field{"priority", &RoutingRule::priority},
      Field{"names_input", &RoutingRule::names_input},
      Field{"names_output", &RoutingRule::names_output},
      Field{"others", &RoutingRule::others, has_up_to<std::vector<RawAttribute>, k_max_elements>}};
  static bool is_valid(const RoutingRule& rule);
};

template <>
struct Fields<Neighbour> {
  static constexpr std::string_view name = "neighbour";
  static constexpr std::tuple list{
      Field{"address", &Neighbour::address},   Field{"mac", &Neighbour::mac},
      Field{"state", &Neighbour::state},       Field{"flags", &Neighbour::flags},
      Field{"protocol", &Neighbour::protocol}, Field{"is_proxy", &Neighbour::is_proxy}};
};

template <>
struct Fields<Setting> {
  /// It becomes part of a path that root writes to, and cannot lead elsewhere.
  static bool is_key(const std::string& key);
  static constexpr std::size_t k_max_value = 255;
  static constexpr std::string_view name = "setting";
  static constexpr std::tuple list{Field{"group", &Setting::group}, Field{"key", &Setting::key, is_key},
                                   Field{"value", &Setting::value, has_up_to<std::string, k_max_value>}};
};

template <>
struct Fields<NicSnapshot> {
  static constexpr std::string_view name = "link";
  static constexpr std::tuple list{Field{"name", &NicSnapshot::name},
                                   Field{"index", &NicSnapshot::index, is_up_to<k_max_index>},
                                   Field{"kind", &NicSnapshot::kind},
                                   Field{"mac", &NicSnapshot::mac},
                                   Field{"mtu", &NicSnapshot::mtu},
                                   Field{"is_up", &NicSnapshot::is_up},
                                   Field{"master", &NicSnapshot::master},
                                   Field{"qdisc", &NicSnapshot::qdisc},
                                   Field{"ports", &NicSnapshot::ports},
                                   Field{"addresses", &NicSnapshot::addresses},
                                   Field{"routes", &NicSnapshot::routes},
                                   Field{"rules", &NicSnapshot::rules},
                                   Field{"neighbours", &NicSnapshot::neighbours},
                                   Field{"settings", &NicSnapshot::settings},
                                   Field{"taken_at", &NicSnapshot::taken_at}};
};

template <>
struct Fields<NicMove> {
  static constexpr std::string_view name = "move";
  static constexpr std::tuple list{Field{"direction", &NicMove::direction}, Field{"nic", &NicMove::nic},
                                   Field{"bridge", &NicMove::bridge}, Field{"source", &NicMove::source},
                                   Field{"keep_up", &NicMove::keep_up}};
};

/// Only these two can be told.
[[nodiscard]] constexpr bool can_be_told(const NicManager::Kind& kind) {
  return kind == NicManager::Kind::networkd || kind == NicManager::Kind::network_manager;
}
[[nodiscard]] inline bool has_devices(const std::vector<IfName>& devices) {
  return !devices.empty();
}
/// A UUID, or nothing.
[[nodiscard]] inline bool is_connection(const std::string& text) {
  return text.find_first_not_of("0123456789abcdefABCDEF-") == std::string::npos;
}

template <>
struct Fields<Unmanage> {
  static constexpr std::string_view name = "unmanage";
  static constexpr std::tuple list{Field{"manager", &Unmanage::manager, can_be_told},
                                   Field{"devices", &Unmanage::devices, has_devices}};
};
template <>
struct Fields<Manage> {
  static constexpr std::string_view name = "manage";
  static constexpr std::tuple list{Field{"manager", &Manage::manager, can_be_told},
                                   Field{"devices", &Manage::devices, has_devices}};
};
template <>
struct Fields<DisconnectNic> {
  static constexpr std::string_view name = "disconnect";
  static constexpr std::tuple list{Field{"nic", &DisconnectNic::nic},
                                   Field{"connection", &DisconnectNic::connection, is_connection}};
};
template <>
struct Fields<ConnectNic> {
  static constexpr std::string_view name = "connect";
  static constexpr std::tuple list{Field{"nic", &ConnectNic::nic},
                                   Field{"connection", &ConnectNic::connection, is_connection}};
};

} // namespace vdeup
