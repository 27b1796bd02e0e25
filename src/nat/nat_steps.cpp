#include "nat/nat_steps.hpp"

#include "base/text.hpp"
#include "kernel/interface_addresses.hpp"
#include "kernel/links.hpp"
#include "model/interpret.hpp"
#include "nat/nat_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace vdeup::nat {
namespace {

constexpr std::uint8_t k_private6 = 0xfd;
constexpr int k_max_attempts = 50; // others may come and go at the same time, each in a moment

bool is_private6(const IpAddress& address) {
  return address.is_ip6() && address.bytes6().front() == k_private6;
}

/// The bridge of that name. Errors: missing; conflict if it does not bear the mark.
Result<kernel::Device> find_bridge(kernel::Netlink& netlink, const IfName& name, const NatMark& mark,
                                   const std::string& what) {
  TRY(auto link, find_link(netlink, name));
  if (!link)
    return fail(Error{ErrorKind::missing, what, "there is no such bridge", {}});
  if (!is_private_bridge(*link, mark))
    return fail(Error{ErrorKind::conflict, what, name.str() + " is not a bridge of that switch", {}});
  return kernel::Device{.index = link->index, .name = name};
}

/// The same where it may be gone; a device that has its name now is somebody else's.
Result<std::optional<kernel::Device>> find_left_bridge(kernel::Netlink& netlink, const IfName& name,
                                                       const NatMark& mark) {
  TRY(auto link, find_link(netlink, name));
  const bool is_there = link && is_private_bridge(*link, mark);
  return is_there ? std::optional{kernel::Device{.index = link->index, .name = name}} : std::nullopt;
}

/// The tables of private networks: the one of this bridge, and the others.
struct Tables {
  std::optional<NatTable> own{};
  std::vector<NatTable> others{};
};

/// The table with the name that a bridge's has, whosever it is, and the others.
Result<Tables> list_tables(const IfName& bridge) {
  const auto name = nat_table_name(bridge); // a name that cannot be no table has
  TRY(auto all, list_nat_tables());
  Tables tables;
  for (NatTable& table : all)
    if (name && table.name == name.value())
      tables.own = std::move(table);
    else if (table.mark)
      tables.others.push_back(std::move(table));
  return tables;
}

/// Errors: conflict if the table with that name bears another mark.
Result<Tables> find_tables(const IfName& bridge, const NatMark& mark, const std::string& what) {
  TRY(auto tables, list_tables(bridge));
  if (!tables.own || tables.own->mark == mark)
    return tables;
  Error error{ErrorKind::conflict, what, "table " + tables.own->name + " is not that switch's", {}};
  if (tables.own->mark && tables.own->mark->owner == mark.owner)
    error.set_hints(fmt::format("`vdeup cancel -s {}` takes away what is left of that one",
                                shell_quote(tables.own->mark->switch_dir.str())));
  return fail(std::move(error));
}

/// For who takes his network away: a table that bears another mark is another's, whatever its name.
Result<Tables> find_left_tables(const IfName& bridge, const NatMark& mark) {
  TRY(auto tables, list_tables(bridge));
  if (tables.own && tables.own->mark != mark) {
    if (tables.own->mark)
      tables.others.push_back(std::move(*tables.own));
    tables.own.reset();
  }
  return tables;
}

/// What is on record already. Another private network's is as good as an own one: of what was before both of
/// them, nothing is left to be seen.
Result<ForwardingRecord> read_records(const Tables& tables, const InterfaceNames& bridges) {
  ForwardingRecord record;
  for (const std::string& bridge : bridges)
    record.merge(read_bridge_note(bridge));
  if (tables.own) {
    TRY(auto own, read_record(*tables.own));
    record.merge(own);
  }
  for (const NatTable& other : tables.others) {
    TRY(auto found, read_record(other));
    record.merge(found);
  }
  return record;
}

/// The bridges of private networks have VMs behind them, and no router that this host would listen to.
Result<InterfaceNames> list_private_bridges(kernel::Netlink& netlink) {
  TRY(auto links, list_links(netlink));
  InterfaceNames names;
  for (const Link& link : links)
    if (NatMark::parse(link.alias))
      names.insert(link.name);
  return names;
}

InterfaceAddress to_interface_address(const IpPrefix& prefix) {
  InterfaceAddress address{.local = prefix};
  if (prefix.address.is_ip6()) {
    address.flags = k_no_duplicate_detection; // nobody else is there yet
    return address;
  }
  auto last = prefix.address.bytes4();
  for (unsigned bit = prefix.length; bit < last.size() * 8; ++bit)
    last.at(bit / 8) |= static_cast<std::uint8_t>(0x80U >> bit % 8);
  address.broadcast = IpAddress{last};
  return address;
}

/// Give the bridge its addresses; those that were not there before are noted in `added`.
Result<> add_addresses(kernel::Netlink& netlink, const kernel::Device& bridge, const PrivateNetwork& network,
                       std::vector<InterfaceAddress>& added) {
  TRY(auto present, list_interface_addresses(netlink, bridge));
  std::vector<IpPrefix> wanted{network.gateway4};
  if (network.gateway6)
    wanted.push_back(*network.gateway6);
  for (const IpPrefix& prefix : wanted) {
    const bool is_there = std::any_of(present.begin(), present.end(),
                                      [&](const InterfaceAddress& one) { return one.local == prefix; });
    if (is_there)
      continue;
    const InterfaceAddress address = to_interface_address(prefix);
    TRY(add_address(netlink, bridge, address));
    added.push_back(address);
  }
  return ok();
}

Result<> remove_addresses(kernel::Netlink& netlink, const kernel::Device& bridge) {
  TRY(auto present, list_interface_addresses(netlink, bridge));
  for (const InterfaceAddress& address : present)
    if (!address.local.address.is_ip6() || is_private6(address.local.address)) {
      TRY(remove_address(netlink, bridge, address));
    }
  return ok();
}

/// What was before is there again, and nothing of it is to be noted anywhere: who switches forwarding on from
/// now on is somebody else.
Result<> stop_and_forget(const ForwardingRecord& record, const InterfaceNames& bridges) {
  TRY(stop_forwarding(record));
  for (const std::string& bridge : bridges) {
    TRY(write_bridge_note(bridge, {}));
  }
  return ok();
}

/// Have the kernel do what it did before, or leave that to those who still need what it does now; and then
/// the table with the record goes.
Result<> remove_table(const NatTable& table, const Tables& tables, const InterfaceNames& bridges) {
  TRY(auto record, read_record(table));
  if (!tables.others.empty()) // one is enough: who goes after it hands it on
    return hand_over_nat_table(table, record, {tables.others.front()});
  TRY(stop_and_forget(record, bridges));
  return hand_over_nat_table(table, {}, {});
}

/// The same where somebody has flushed the table away: the bridges still bear what was off.
Result<> stop_without_table(const IfName& bridge, const Tables& tables, const InterfaceNames& bridges) {
  const bool is_last = tables.others.empty() && bridges.size() == bridges.count(bridge.str());
  return is_last ? stop_and_forget(read_bridge_note(bridge.str()), bridges) : ok();
}

Result<> start(kernel::Netlink& netlink, const kernel::Device& bridge, const AddPrivateNetwork& step,
               const ForwardingRecord& record) {
  TRY(write_bridge_note(bridge.name.str(), record));
  TRY(start_forwarding(step.network.gateway6.has_value(), record));
  std::vector<InterfaceAddress> added;
  auto done = add_addresses(netlink, bridge, step.network, added);
  if (!done)
    for (const InterfaceAddress& address : added)
      (void)remove_address(netlink, bridge, address);
  return done;
}

} // namespace

Result<> add_private_network(kernel::Netlink& netlink, const AddPrivateNetwork& step) {
  const std::string what = "cannot make a private network of bridge " + step.bridge.str();
  TRY(auto bridge, find_bridge(netlink, step.bridge, step.mark, what));
  TRY(auto tables, find_tables(step.bridge, step.mark, what));
  TRY(auto bridges, list_private_bridges(netlink));
  TRY(auto record, read_records(tables, bridges));
  const ForwardingRecord now = observe_forwarding(step.network.gateway6.has_value(), bridges);
  record.merge(now);
  // Who has begun meanwhile wrote a record first, and who has ended deletes it last.
  TRY(auto later, find_tables(step.bridge, step.mark, what));
  TRY(bridges, list_private_bridges(netlink));
  TRY(auto more, read_records(later, bridges));
  record.merge(more);
  TRY(auto table, write_nat_table(step, record));
  const ForwardingRecord former_note = read_bridge_note(step.bridge.str());
  auto done = start(netlink, bridge, step, record);
  if (!done) {
    (void)stop_forwarding(now);
    (void)write_bridge_note(step.bridge.str(), former_note);
    if (!tables.own) // one that was there is what an earlier call has left for us to go on with
      (void)hand_over_nat_table(table, {}, {});
  }
  return done;
}

Result<> remove_private_network(kernel::Netlink& netlink, const RemovePrivateNetwork& step) {
  TRY(auto bridge, find_left_bridge(netlink, step.bridge, step.mark));
  if (bridge) {
    TRY(remove_addresses(netlink, *bridge));
  }
  for (int attempt = 1;; ++attempt) {
    TRY(auto tables, find_left_tables(step.bridge, step.mark));
    TRY(const auto bridges, list_private_bridges(netlink));
    auto removed = tables.own ? remove_table(*tables.own, tables, bridges)
                   : bridge   ? stop_without_table(step.bridge, tables, bridges)
                              : ok();           // nothing is left that could tell what was before
    if (!removed && attempt < k_max_attempts) // others may be on their way out at the same time
      continue;
    return removed && bridge ? write_bridge_note(step.bridge.str(), {}) : removed;
  }
}

Result<std::optional<PrivateNetwork>> read_private_network(kernel::Netlink& netlink, std::uint32_t index) {
  TRY(auto link, find_link(netlink, index));
  if (!link)
    return std::optional<PrivateNetwork>{};
  auto name = IfName::parse(link->name);
  if (!name)
    return std::optional<PrivateNetwork>{};
  const kernel::Device bridge{.index = index, .name = std::move(name).value()};
  TRY(auto addresses, list_interface_addresses(netlink, bridge));
  std::optional<PrivateNetwork> network;
  std::optional<IpPrefix> gateway6;
  for (const InterfaceAddress& address : addresses) {
    if (!address.local.address.is_ip6() && !network)
      network = PrivateNetwork{.gateway4 = address.local};
    if (is_private6(address.local.address) && !gateway6)
      gateway6 = address.local;
  }
  if (network)
    network->gateway6 = gateway6;
  return network;
}

} // namespace vdeup::nat
