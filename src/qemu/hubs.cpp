#include "qemu/hubs.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace vdeup::qemu {
namespace {

using Form = Place::Form;
using Options = std::vector<const NetOption*>;

/// What is joined at one hub, each in the order of the line.
struct Hub {
  unsigned number = 0;
  Options nics{};
  Options vdes{};
  Options others{};
  bool says_none = false; ///< `-net none`
  bool has_vlan = false;  ///< one of them has `vlan=`
};

Result<std::vector<Hub>> collect(const std::vector<NetOption>& options) {
  std::map<unsigned, Hub> hubs;
  for (const NetOption& option : options) {
    if (option.name() != "net" || option.has("netdev"))
      continue;
    TRY(auto number, option.number("vlan", 10));
    Hub& hub = hubs[number.value_or(0)];
    hub.number = number.value_or(0);
    hub.has_vlan = hub.has_vlan || number;
    if (option.type() == "none")
      hub.says_none = true;
    else if (option.type() == "nic")
      hub.nics.push_back(&option);
    else
      (option.is_vde() ? hub.vdes : hub.others).push_back(&option);
  }
  std::vector<Hub> list;
  list.reserve(hubs.size());
  for (auto& [number, hub] : hubs)
    list.push_back(std::move(hub));
  return list;
}

/// vdeq took quotes around a path for its own.
std::optional<std::string> unquoted(std::optional<std::string> path) {
  if (path && path->size() > 2 && path->front() == '"' && path->back() == '"')
    return path->substr(1, path->size() - 2);
  return path;
}

const NetOption* at(const Options& options, std::size_t index) {
  return index < options.size() ? options[index] : nullptr;
}

std::optional<std::size_t> argument_of(const NetOption* option) {
  return option == nullptr ? std::nullopt : std::optional{option->argument()};
}

/// Two connections from one hub to one switch would send each frame round and round.
Result<> check_no_loop(const Hub& hub) {
  std::set<std::string> sockets;
  for (const NetOption* vde : hub.vdes)
    if (!sockets.insert(vde->get("sock").value_or("")).second)
      return fail(
          vde->bad(fmt::format("hub {} has another connection to the same switch, and frames would "
                               "go round for ever",
                               hub.number),
                   "for a NIC each, pair them with `-netdev vde,id=ID` and `-device MODEL,netdev=ID`"));
  return ok();
}

/// A recorder is no network, and would make a hub of a pair.
Result<> check_no_dump(const Hub& hub) {
  for (const NetOption* other : hub.others)
    if (other->type() == "dump")
      return fail(
          other->bad("QEMU has had no `-net dump` since 2.12",
                     "use `-netdev vde,id=ID` and `-object filter-dump,id=dump0,netdev=ID,file=FILE`"));
  return ok();
}

Error no_nic(const Hub& hub, const NetOption& vde) {
  return vde.bad(
      hub.has_vlan ? fmt::format("there is no NIC with vlan={}", hub.number) : "there is no NIC for it",
      hub.has_vlan ? fmt::format("add `-net nic,vlan={}`", hub.number) : "add `-net nic`, or use `-nic vde`");
}

/// Reads hub after hub.
class Reading {
 public:
  explicit Reading(bool line_has_nics) : m_line_has_nics(line_has_nics) {}

  Result<> read(const Hub& hub) {
    const bool has_others = !hub.others.empty() || hub.says_none;
    if (hub.vdes.empty())
      return has_others ? others(hub) : nics_alone(hub);
    if (hub.nics.empty() && (has_others || m_line_has_nics || hub.vdes.size() > 1))
      return fail(no_nic(hub, *hub.vdes.front()));
    if (hub.others.empty() && (hub.nics.empty() || hub.nics.size() == hub.vdes.size()))
      return rows(hub, Form::net_pair);
    TRY(check_no_dump(hub));
    TRY(check_no_loop(hub));
    TRY(rows(hub, Form::hub));
    for (const NetOption* other : hub.others)
      add_other(hub, Form::hub, other, nullptr);
    return ok();
  }

  HubNetworks result() && { return std::move(m_result); }

 private:
  Result<> nics_alone(const Hub& hub) {
    for (std::size_t i = 0; i < hub.nics.size(); ++i) {
      TRY(row(hub, Form::net_pair, i));
    }
    return ok();
  }

  Result<> rows(const Hub& hub, Form form) {
    for (std::size_t i = 0; i < std::max(hub.nics.size(), hub.vdes.size()); ++i) {
      TRY(row(hub, form, i));
    }
    return ok();
  }

  /// The NIC and the backend that have this number at their hub.
  Result<> row(const Hub& hub, Form form, std::size_t index) {
    const NetOption* front = at(hub.nics, index);
    const NetOption* vde = at(hub.vdes, index);
    const Place place{form, argument_of(vde), argument_of(front), hub.number};
    VdeNic nic{.place = place};
    if (vde != nullptr) {
      TRY(nic, read_vde(*vde, place, {"vlan", "name"}));
    } else if (!hub.vdes.empty()) {
      nic.socket = unquoted(hub.vdes.front()->get("sock")); // the switch that it comes to
    }
    if (front != nullptr) {
      TRY(auto mac, front->address());
      nic.mac = mac;
    }
    m_result.nics.push_back(std::move(nic));
    return ok();
  }

  /// A hub that is somebody else's.
  Result<> others(const Hub& hub) {
    if (!hub.has_vlan || hub.others.empty())
      return ok();
    const bool is_pair = hub.nics.size() == hub.others.size();
    for (std::size_t i = 0; i < std::max(hub.nics.size(), hub.others.size()); ++i)
      add_other(hub, is_pair && hub.number != 0 ? Form::net_pair : Form::hub, at(hub.others, i),
                at(hub.nics, i));
    return ok();
  }

  /// At hub 0 without `vlan=`, others can stay as they are.
  void add_other(const Hub& hub, Form form, const NetOption* backend, const NetOption* front) {
    if (hub.has_vlan)
      m_result.others.push_back(Place{form, argument_of(backend), argument_of(front), hub.number});
  }

  bool m_line_has_nics;
  HubNetworks m_result{};
};

} // namespace

Result<HubNetworks> read_hubs(const std::vector<NetOption>& options) {
  TRY(auto hubs, collect(options));
  const bool has_nics =
      std::any_of(hubs.begin(), hubs.end(), [](const Hub& hub) { return !hub.nics.empty(); });
  Reading reading{has_nics};
  for (const Hub& hub : hubs) {
    TRY(reading.read(hub));
  }
  return std::move(reading).result();
}

Result<VdeNic> read_vde(const NetOption& option, Place place,
                        const std::vector<std::string_view>& more_keys) {
  constexpr std::array<std::string_view, 6> vde_keys{"type", "id", "sock", "port", "group", "mode"};
  for (const std::string& key : option.keys())
    if (std::find(vde_keys.begin(), vde_keys.end(), key) == vde_keys.end() &&
        std::find(more_keys.begin(), more_keys.end(), key) == more_keys.end())
      return fail(option.bad(fmt::format("'{}' is not a property of a vde network", printable(key)),
                             fmt::format("it knows id, sock, port, group, mode{}{}",
                                         more_keys.empty() ? "" : ", ", fmt::join(more_keys, ", "))));
  VdeNic nic{.socket = unquoted(option.get("sock")), .group = option.get("group"), .place = place};
  TRY(auto port, option.number("port", 10));
  TRY(auto mode, option.number("mode", option.is_json() ? 10 : 8));
  nic.port = port;
  nic.mode = mode;
  return nic;
}

} // namespace vdeup::qemu
