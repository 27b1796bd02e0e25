#include "plan/nat_choice.hpp"

#include "base/hash.hpp"
#include "base/text.hpp"
#include "model/find_link.hpp"
#include "model/interpret.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::plan {
namespace {

constexpr std::uint8_t k_length4 = 24;
constexpr std::uint8_t k_length6 = 64;
constexpr unsigned k_bits_of_byte = 8;
constexpr unsigned k_bytes = 256; // how many values one has

/// slirp's, for which guests are set up by hand.
const IpPrefix& slirp_network() {
  static const IpPrefix network{IpAddress{IpAddress::Bytes4{10, 0, 2, 0}}, k_length4};
  return network;
}

bool is_free(const IpPrefix& wanted, const std::vector<IpPrefix>& used) {
  return std::none_of(used.begin(), used.end(),
                      [&](const IpPrefix& there) { return overlap(wanted, there); });
}

/// The address of this host in a network of /24 in the range: the first one, from where the hash points to.
std::optional<IpPrefix> find_in_range(const IpPrefix& range, std::uint64_t hash,
                                      const std::vector<IpPrefix>& used) {
  const unsigned count = 1U << (k_length4 - range.length);
  const IpAddress::Bytes4 first = range.address.bytes4();
  for (unsigned tried = 0; tried < count; ++tried) {
    const unsigned number = (static_cast<unsigned>(hash % count) + tried) % count;
    const IpPrefix gateway{
        IpAddress{IpAddress::Bytes4{first[0], static_cast<std::uint8_t>(first[1] + number / k_bytes),
                                    static_cast<std::uint8_t>(number % k_bytes), 1}},
        k_length4};
    if (!overlap(gateway, slirp_network()) && is_free(gateway, used))
      return gateway;
  }
  return std::nullopt;
}

IpPrefix unique_local(std::uint64_t hash, unsigned subnet) {
  IpAddress::Bytes6 bytes{0xfd};
  for (std::size_t i = 1; i <= 5; ++i) // the 40 bits of the global ID
    bytes.at(i) = static_cast<std::uint8_t>(hash >> (k_bits_of_byte * (i - 1)));
  bytes.at(6) = static_cast<std::uint8_t>(subnet / k_bytes);
  bytes.at(7) = static_cast<std::uint8_t>(subnet % k_bytes);
  bytes.back() = 1;
  return IpPrefix{IpAddress{bytes}, k_length6};
}

std::uint64_t hash_of(std::string_view what, const Scope& scope, std::string_view host_seed) {
  const std::string uid = std::to_string(scope.owner.uid);
  return stable_hash({what, host_seed, uid, scope.sockets.dir.str()});
}

Error all_taken() {
  return Error{ErrorKind::refused, "cannot choose addresses for a private network",
               "this host has routes to all of 10.0.0.0/8, 192.168.0.0/16 and 172.16.0.0/12",
               "take --uplink slirp, which needs none"};
}

BridgeChoice take(Bridge bridge, const NatMark& mark) {
  bridge.nat = mark;
  return BridgeChoice{std::move(bridge), true, "it is the private network of this switch"};
}

} // namespace

const Link* find_private_bridge(const std::vector<Link>& links, const NatMark& mark) {
  const auto found = std::find_if(links.begin(), links.end(),
                                  [&mark](const Link& link) { return is_private_bridge(link, mark); });
  return found == links.end() ? nullptr : &*found;
}

Result<BridgeChoice> choose_nat_bridge(const Scope& scope, const std::vector<Link>& links,
                                       std::string_view host_seed) {
  const NatMark mark = nat_mark(scope);
  if (!can_be_quoted(mark.text()))
    return fail(Error{ErrorKind::refused, "cannot make a private network",
                      "rules for nft(8) cannot name the directory of the switch, " +
                          printable(scope.sockets.dir.str()),
                      "choose one without quotes and asterisks with -s"});
  if (const Link* there = find_private_bridge(links, mark); there != nullptr) {
    TRY(auto bridge, to_bridge(*there, links, host_seed));
    return take(std::move(bridge), mark);
  }
  for (unsigned number = 0; number < k_max_nat_bridges; ++number) {
    TRY(auto name, nat_bridge_name(scope.owner.uid, number));
    const Link* taken = find_link(links, name.str());
    if (taken == nullptr) {
      const MacAddress mac = bridge_address(name, host_seed);
      return BridgeChoice{Bridge{.name = std::move(name), .mac = mac, .nat = mark}, false,
                          "it is to be the private network of this switch"};
    }
    TRY(auto bridge, to_bridge(*taken, links, host_seed));
    if (taken->is_bridge() && bridge.is_half_made)
      return take(std::move(bridge), mark);
  }
  return fail(Error{ErrorKind::refused, "cannot make a private network",
                    fmt::format("{} has {} of them", scope.owner.name, k_max_nat_bridges),
                    "`vdeup cancel` removes one"});
}

Result<PrivateNetwork> choose_private_network(const Scope& scope, std::string_view host_seed,
                                              const std::vector<IpPrefix>& used, bool with_ip6) {
  constexpr unsigned most_subnets = 256;
  const std::uint64_t hash = hash_of("vdeup private network", scope, host_seed);
  std::optional<IpPrefix> gateway4;
  for (const bool among_servers : {false, true}) // of this host: a last resort
    for (const IpPrefix& range : private_ranges())
      if (!gateway4 && has_servers(range, used) == among_servers)
        gateway4 = find_in_range(range, hash, used);
  if (!gateway4)
    return fail(all_taken());
  PrivateNetwork network{*gateway4, {}};
  const std::uint64_t hash6 = hash_of("vdeup private network of IPv6", scope, host_seed);
  for (unsigned subnet = 0; with_ip6 && !network.gateway6 && subnet < most_subnets; ++subnet)
    if (const IpPrefix gateway6 = unique_local(hash6, subnet); is_free(gateway6, used))
      network.gateway6 = gateway6;
  return network;
}

} // namespace vdeup::plan
