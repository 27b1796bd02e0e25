#include "firewall/packet_filter.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace vdeup::firewall {
namespace {

constexpr std::string_view k_docker_user = "DOCKER-USER";
constexpr std::size_t k_max_jump_depth =
    16;                                   // NFT_JUMP_STACK_SIZE; xtables have no limit, and no use for more
constexpr unsigned k_max_rules = 100'000; // chains that call each other many times could be walked for ever

/// Follows the frames through a base chain and all that it calls.
class Walk {
 public:
  enum class End { accepted, dropped, passed, unknown };

  explicit Walk(const FilterTable& table) : m_table(table) {}

  End through(const std::string& base) {
    enter(base);
    for (unsigned rules = 0; !m_open.empty(); ++rules) {
      if (rules == k_max_rules || m_open.size() > k_max_jump_depth)
        return End::unknown;
      Place& place = m_open.back();
      if (place.next == place.rules->size())
        m_open.pop_back();
      else if (const auto end = apply((*place.rules)[place.next++]))
        return *end;
    }
    return End::passed;
  }

 private:
  struct Place {
    const std::vector<FilterRule>* rules = nullptr;
    std::size_t next = 0;
  };

  void enter(const std::string& name) {
    if (const auto chain = m_table.chains.find(name); chain != m_table.chains.end())
      m_open.push_back({&chain->second});
  }

  /// Where frames end with this rule; nothing if all or some go on.
  std::optional<End> apply(const FilterRule& rule) {
    const bool leaves = rule.action == Action::return_to_caller || rule.action == Action::go_to;
    if (rule.match == Match::sometimes && leaves)
      m_open.pop_back(); // some frames never see the rest of the chain: no rule there can accept all
    // That some are dropped (those of no connection, say) does not keep a later rule from accepting the rest.
    if (rule.match != Match::always)
      return std::nullopt;
    switch (rule.action) {
    case Action::proceed:
      break;
    case Action::accept:
      return End::accepted;
    case Action::drop:
      return End::dropped;
    case Action::return_to_caller:
      m_open.pop_back();
      break;
    case Action::go_to:
      m_open.pop_back();
      enter(rule.target);
      break;
    case Action::jump:
      enter(rule.target);
      break;
    case Action::unknown:
      return End::unknown;
    }
    return std::nullopt;
  }

  const FilterTable& m_table;
  std::vector<Place> m_open{}; ///< where to go on, the chain that was called last at the end
};

/// The chains that some packet can come to from this one, itself among them.
std::set<std::string> reachable_from(const FilterTable& table, const std::string& name) {
  std::set<std::string> seen{name};
  std::vector<std::string> open{name};
  while (!open.empty()) {
    const auto chain = table.chains.find(open.back());
    open.pop_back();
    if (chain == table.chains.end())
      continue;
    for (const FilterRule& rule : chain->second)
      if (!rule.target.empty() && seen.insert(rule.target).second)
        open.push_back(rule.target);
  }
  return seen;
}

/// The program that such a table or chain tells of.
struct Trace {
  std::string_view prefix;
  std::string_view owner;
};
constexpr std::array k_table_traces{Trace{"docker-", "Docker"}, Trace{"firewalld", "firewalld"},
                                    Trace{"libvirt_", "libvirt"}, Trace{"incus", "Incus"},
                                    Trace{"lxd", "LXD"}};
// In the order of who sets the policy: Docker and ufw do, libvirt only adds chains to a table that is there.
// firewalld has a table of its own unless its FirewallBackend is iptables; from 2.0 on its chains have the
// later names.
constexpr std::array k_chain_traces{Trace{"DOCKER", "Docker"},
                                    Trace{"ufw-", "ufw"},
                                    Trace{"ufw6-", "ufw"},
                                    Trace{"FORWARD_ZONES", "firewalld"},
                                    Trace{"INPUT_ZONES", "firewalld"},
                                    Trace{"FORWARD_POLICIES", "firewalld"},
                                    Trace{"INPUT_POLICIES", "firewalld"},
                                    Trace{"LIBVIRT_", "libvirt"}};

/// Whose chains of a table these are. Where several share one, as ufw and Docker do, it is who has chains in
/// the way of these frames.
std::string owner_of(const FilterTable& table, const std::set<std::string>& in_the_way) {
  for (const Trace& trace : k_table_traces)
    if (table.name.starts_with(trace.prefix))
      return std::string{trace.owner};
  for (const Trace& trace : k_chain_traces) {
    const auto first = in_the_way.lower_bound(std::string{trace.prefix});
    if (first != in_the_way.end() && first->starts_with(trace.prefix))
      return std::string{trace.owner};
  }
  for (const Trace& trace : k_chain_traces) {
    const auto first = table.chains.lower_bound(std::string{trace.prefix});
    if (first != table.chains.end() && first->first.starts_with(trace.prefix))
      return std::string{trace.owner};
  }
  return {};
}

void add_filter(std::vector<ForwardFilter>& filters, const FilterTable& table, const BaseChain& base) {
  const Walk::End end = Walk{table}.through(base.name);
  // firewalld leaves the policy at accept and ends the chain with a rule that rejects what is left.
  if (!base.drops && end != Walk::End::dropped)
    return;
  const auto reachable = reachable_from(table, base.name);
  ForwardFilter filter{.tool = table.tool,
                       .family = table.family,
                       .table = table.name,
                       .chain = base.name,
                       .owner = owner_of(table, reachable),
                       .accepts_bridge = end == Walk::End::accepted};
  if (reachable.contains(std::string{k_docker_user}))
    filter.user_chain = k_docker_user;
  filters.push_back(std::move(filter));
}

bool masquerades(const FilterTable& table, const BaseChain& base) {
  const auto does = [](const FilterRule& rule) { return rule.masquerades; };
  const auto chains = reachable_from(table, base.name);
  return std::any_of(chains.begin(), chains.end(), [&](const std::string& name) {
    const auto chain = table.chains.find(name);
    return chain != table.chains.end() && std::any_of(chain->second.begin(), chain->second.end(), does);
  });
}

} // namespace

FrameSide make_frame_side(const std::string& name, std::uint32_t index) {
  FrameSide side{.index = index};
  name.copy(side.padded.data(), side.padded.size() - 1);
  return side;
}

Frames bridged_frames(const std::string& bridge, std::uint32_t index) {
  return {.in = make_frame_side(bridge, index), .out = make_frame_side(bridge, index)};
}

Match compare_name(const FrameSide& side, std::string_view name) {
  const bool is_equal = std::string_view{side.padded.data(), side.padded.size()}.starts_with(name);
  if (!side.is_another)
    return match_if(is_equal);
  return is_equal && name.find('\0') != std::string_view::npos ? Match::never : Match::sometimes;
}

void add_table(PacketFilters& filters, const FilterTable& table) {
  for (const BaseChain& base : table.base_chains) {
    if (base.role == BaseChain::Role::input_filter)
      add_filter(filters.input, table, base);
    else if (base.role == BaseChain::Role::forward_filter)
      add_filter(filters.forward, table, base);
    else
      filters.masquerades = filters.masquerades || masquerades(table, base);
  }
}

} // namespace vdeup::firewall
