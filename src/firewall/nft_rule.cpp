#include "firewall/nft_rule.hpp"

#include "firewall/nft_set.hpp"
#include "firewall/xt_extensions.hpp"
#include "kernel/attributes.hpp"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>

#include <algorithm>

namespace vdeup::firewall {
namespace {

constexpr std::array<std::string_view, 4> k_without_condition{"counter", "dup", "last", "log"};

/// Where the kernel keeps what is asked for most of a packet of IPv4, and of UDP or TCP behind it.
constexpr std::uint32_t k_protocol_at = 9;
constexpr std::uint32_t k_port_at = 2;
constexpr std::uint32_t k_tcp_flags_at = 13;

Action action_of(int verdict) {
  switch (verdict) {
  case NF_ACCEPT:
    return Action::accept;
  case NF_DROP:
    return Action::drop;
  case NFT_CONTINUE:
    return Action::proceed;
  case NFT_JUMP:
    return Action::jump;
  case NFT_GOTO:
    return Action::go_to;
  case NFT_RETURN:
    return Action::return_to_caller;
  default:
    return Action::unknown;
  }
}

template <class Number>
std::vector<std::uint8_t> bytes_of_number(Number number) {
  std::vector<std::uint8_t> bytes(sizeof(number));
  std::memcpy(bytes.data(), &number, bytes.size());
  return bytes;
}

/// Reads a rule as the kernel would run it: an expression loads a register, the next compares it. We know the
/// value of one register at most, the one loaded last, and only where the kind of frame decides it.
class RuleReader {
 public:
  RuleReader(std::uint8_t family, const Frames& frames, const NftSets& sets)
      : m_family(family), m_frames(frames), m_sets(sets) {}

  void read(nlattr* expression) {
    const auto found = parse_nest<NFTA_EXPR_MAX>(expression);
    const std::string name = text_of(found[NFTA_EXPR_NAME]);
    nlattr* data = found[NFTA_EXPR_DATA];
    if (name == "meta")
      read_meta(data);
    else if (name == "ct")
      read_connection(data);
    else if (name == "payload")
      read_payload(data);
    else if (name == "bitwise")
      read_bitwise(data);
    else if (name == "cmp")
      read_comparison(data);
    else if (name == "range")
      read_range(data);
    else if (name == "lookup")
      read_lookup(data);
    else if (name == "immediate")
      read_immediate(data);
    else if (name == "match")
      read_xt_match(data);
    else if (name == "target")
      apply_xt_target(text_of(parse_nest<NFTA_TARGET_MAX>(data)[NFTA_TARGET_NAME]), m_rule);
    else
      read_statement(name);
  }

  [[nodiscard]] const FilterRule& rule() const { return m_rule; }

 private:
  struct Loaded {
    std::uint32_t reg = 0;
    std::vector<std::uint8_t> value;
    const FrameSide* name_of = nullptr; ///< it is the name of an interface
  };

  void read_statement(const std::string& name) {
    if (name == "reject")
      m_rule.action = Action::drop;
    else if (name == "queue" || name == "synproxy" || name == "tproxy" || name == "fwd")
      m_rule.action = Action::unknown;
    else if (name == "masq")
      m_rule.masquerades = true;
    else if (std::find(k_without_condition.begin(), k_without_condition.end(), name) ==
             k_without_condition.end())
      read_something_else();
  }

  /// A condition, or a value that we cannot follow: an address, a limit, a mark.
  void read_something_else() {
    m_loaded.reset();
    m_rule.require(Match::sometimes);
  }

  void load(const nlattr* destination, std::vector<std::uint8_t> value, const FrameSide* name_of = nullptr) {
    m_loaded.reset();
    const auto reg = number_in_network_order(destination);
    if (reg && !value.empty())
      m_loaded = Loaded{.reg = *reg, .value = std::move(value), .name_of = name_of};
  }

  void read_meta(nlattr* data) {
    const auto found = parse_nest<NFTA_META_MAX>(data);
    if (found[NFTA_META_SREG] != nullptr)
      return; // it sets something
    const auto key = number_in_network_order(found[NFTA_META_KEY]).value_or(NFT_META_LEN);
    if (const FrameSide* side = named_side(key))
      load(found[NFTA_META_DREG], {side->padded.begin(), side->padded.end()}, side);
    else
      load(found[NFTA_META_DREG], value_of(key));
  }

  /// The interface whose name such a frame has under this key. On their way through a table of the bridge
  /// family, frames have the ports, and not the bridge, as their interfaces.
  [[nodiscard]] const FrameSide* named_side(std::uint32_t key) const {
    const bool is_bridge_family = m_family == NFPROTO_BRIDGE;
    if (key == (is_bridge_family ? NFT_META_BRI_IIFNAME : NFT_META_IIFNAME))
      return &m_frames.in;
    if (key == (is_bridge_family ? NFT_META_BRI_OIFNAME : NFT_META_OIFNAME))
      return &m_frames.out;
    return nullptr;
  }

  /// What such a frame has under another key; nothing where frames differ.
  [[nodiscard]] std::vector<std::uint8_t> value_of(std::uint32_t key) const {
    const auto index_of = [this](const FrameSide& side) {
      const bool is_known = m_family != NFPROTO_BRIDGE && side.index != 0 && !side.is_another;
      return is_known ? bytes_of_number(side.index) : std::vector<std::uint8_t>{};
    };
    if (key == NFT_META_IIF)
      return index_of(m_frames.in);
    if (key == NFT_META_OIF)
      return index_of(m_frames.out);
    if (m_frames.service && key == NFT_META_L4PROTO)
      return {m_frames.service->protocol};
    if (m_frames.service && key == NFT_META_NFPROTO)
      return {NFPROTO_IPV4};
    return {};
  }

  void read_connection(nlattr* data) {
    const auto found = parse_nest<NFTA_CT_MAX>(data);
    if (m_frames.state == 0 || number_in_network_order(found[NFTA_CT_KEY]) != NFT_CT_STATE)
      return read_something_else();
    load(found[NFTA_CT_DREG], bytes_of_number(m_frames.state));
  }

  void read_payload(nlattr* data) {
    const auto found = parse_nest<NFTA_PAYLOAD_MAX>(data);
    const auto base = number_in_network_order(found[NFTA_PAYLOAD_BASE]);
    const auto offset = number_in_network_order(found[NFTA_PAYLOAD_OFFSET]);
    const auto size = number_in_network_order(found[NFTA_PAYLOAD_LEN]);
    const auto& service = m_frames.service;
    if (service && base == NFT_PAYLOAD_NETWORK_HEADER && offset == k_protocol_at && size == 1)
      return load(found[NFTA_PAYLOAD_DREG], {service->protocol});
    if (service && base == NFT_PAYLOAD_TRANSPORT_HEADER && offset == k_port_at &&
        size == sizeof(service->port))
      return load(found[NFTA_PAYLOAD_DREG], bytes_of_number(htobe16(service->port)));
    if (service && service->protocol == IPPROTO_TCP && base == NFT_PAYLOAD_TRANSPORT_HEADER &&
        offset == k_tcp_flags_at && size == 1)
      return load(found[NFTA_PAYLOAD_DREG], {k_first_tcp_flags});
    read_something_else();
  }

  /// VALUE & MASK ^ XOR, as `ct state established,related` begins.
  void read_bitwise(nlattr* data) {
    const auto found = parse_nest<NFTA_BITWISE_MAX>(data);
    const Bytes mask = value_in(found[NFTA_BITWISE_MASK]);
    const Bytes bits = value_in(found[NFTA_BITWISE_XOR]);
    if (!is_loaded(found[NFTA_BITWISE_SREG]) || m_loaded->name_of != nullptr ||
        mask.size() != m_loaded->value.size() || bits.size() != mask.size())
      return read_something_else();
    std::vector<std::uint8_t> value = std::move(m_loaded->value);
    for (std::size_t i = 0; i < value.size(); ++i)
      value[i] = static_cast<std::uint8_t>((value[i] & mask[i]) ^ bits[i]);
    load(found[NFTA_BITWISE_DREG], std::move(value));
  }

  [[nodiscard]] bool is_loaded(const nlattr* source) const {
    return m_loaded && number_in_network_order(source) == m_loaded->reg;
  }

  /// Is the loaded value this one? As long as what is wanted: a name with an asterisk has no zero at its end.
  [[nodiscard]] Match compare(Bytes wanted) const {
    if (m_loaded->name_of != nullptr)
      return compare_name(*m_loaded->name_of, {reinterpret_cast<const char*>(wanted.data()), wanted.size()});
    return match_if(std::equal(wanted.begin(), wanted.end(), m_loaded->value.begin()));
  }

  void read_comparison(nlattr* data) {
    const auto found = parse_nest<NFTA_CMP_MAX>(data);
    const auto op = number_in_network_order(found[NFTA_CMP_OP]);
    const Bytes wanted = value_in(found[NFTA_CMP_DATA]);
    const bool is_of_order = op != NFT_CMP_EQ && op != NFT_CMP_NEQ;
    if (!op || !is_loaded(found[NFTA_CMP_SREG]) || wanted.empty() || wanted.size() > m_loaded->value.size() ||
        (is_of_order && m_loaded->name_of != nullptr))
      return m_rule.require(Match::sometimes);
    if (is_of_order)
      return m_rule.require(match_if(is_in_order(*op, order_against(wanted))));
    const Match is_equal = compare(wanted);
    m_rule.require(op == NFT_CMP_EQ ? is_equal : opposite(is_equal));
  }

  /// `dport != 50-60`; what is in a range is two comparisons.
  void read_range(nlattr* data) {
    const auto found = parse_nest<NFTA_RANGE_MAX>(data);
    const Bytes first = value_in(found[NFTA_RANGE_FROM_DATA]);
    const Bytes last = value_in(found[NFTA_RANGE_TO_DATA]);
    if (!is_loaded(found[NFTA_RANGE_SREG]) || m_loaded->name_of != nullptr || first.empty() ||
        first.size() != last.size() || first.size() > m_loaded->value.size())
      return m_rule.require(Match::sometimes);
    const bool is_inside = order_against(first) >= 0 && order_against(last) <= 0;
    const bool is_wanted = number_in_network_order(found[NFTA_RANGE_OP]) == NFT_RANGE_EQ;
    m_rule.require(match_if(is_inside == is_wanted));
  }

  /// How the loaded value stands to another one: below zero before it. The kernel goes byte by byte, too.
  [[nodiscard]] int order_against(Bytes other) const {
    return std::memcmp(m_loaded->value.data(), other.data(), other.size());
  }

  static bool is_in_order(std::uint32_t op, int order) {
    switch (op) {
    case NFT_CMP_LT:
      return order < 0;
    case NFT_CMP_LTE:
      return order <= 0;
    case NFT_CMP_GT:
      return order > 0;
    default:
      return order >= 0; // NFT_CMP_GTE
    }
  }

  /// Look the loaded value up in a set, or take the verdict that a map has for it.
  void read_lookup(nlattr* data) {
    const auto found = parse_nest<NFTA_LOOKUP_MAX>(data);
    const auto set = m_sets.find(text_of(found[NFTA_LOOKUP_SET]));
    if (!is_loaded(found[NFTA_LOOKUP_SREG]) || set == m_sets.end())
      return read_something_else();
    const auto [matches, element] = look_up(set->second);
    const bool is_inverted = (number_in_network_order(found[NFTA_LOOKUP_FLAGS]).value_or(0) & 1U) != 0;
    m_rule.require(is_inverted ? opposite(matches) : matches);
    if (number_in_network_order(found[NFTA_LOOKUP_DREG]) == NFT_REG_VERDICT && element != nullptr) {
      m_rule.action = element->action;
      m_rule.target = element->target;
    }
  }

  struct Lookup {
    Match match = Match::never;
    const NftElement* element = nullptr; ///< if it always matches
  };

  [[nodiscard]] Lookup look_up(const NftSet& set) const {
    const Lookup found = set.has_ranges ? look_up_range(set) : look_up_value(set);
    const auto rest = std::find_if(set.elements.begin(), set.elements.end(),
                                   [](const NftElement& element) { return element.key.empty(); });
    if (rest == set.elements.end() || found.match == Match::always)
      return found;
    return found.match == Match::never ? Lookup{Match::always, &*rest} : found;
  }

  [[nodiscard]] Lookup look_up_value(const NftSet& set) const {
    Lookup found;
    for (const NftElement& element : set.elements) {
      if (element.key.empty())
        continue;
      const bool fits = element.key.size() == m_loaded->value.size(); // else it has more parts
      const Match one = fits ? compare(element.key) : Match::sometimes;
      found.match = std::max(found.match, one);
      if (one == Match::always)
        found.element = &element;
    }
    return found;
  }

  [[nodiscard]] Lookup look_up_range(const NftSet& set) const {
    if (m_loaded->name_of != nullptr)
      return {.match = Match::sometimes};
    const NftElement* range = find_range(set, m_loaded->value);
    return {range != nullptr ? Match::always : Match::never, range};
  }

  void read_immediate(nlattr* data) {
    const auto found = parse_nest<NFTA_IMMEDIATE_MAX>(data);
    if (number_in_network_order(found[NFTA_IMMEDIATE_DREG]) != NFT_REG_VERDICT)
      return m_loaded.reset();
    read_verdict(verdict_in(found[NFTA_IMMEDIATE_DATA]), m_rule.action, m_rule.target);
  }

  void read_xt_match(nlattr* data) {
    const auto found = parse_nest<NFTA_MATCH_MAX>(data);
    m_rule.require(
        evaluate_xt_match(text_of(found[NFTA_MATCH_NAME]), bytes_of(found[NFTA_MATCH_INFO]), m_frames));
  }

  std::uint8_t m_family;
  const Frames& m_frames;
  const NftSets& m_sets;
  FilterRule m_rule{};
  std::optional<Loaded> m_loaded{};
};

} // namespace

Bytes value_in(nlattr* data) {
  return bytes_of(parse_nest<NFTA_DATA_MAX>(data)[NFTA_DATA_VALUE]);
}

nlattr* verdict_in(nlattr* data) {
  return parse_nest<NFTA_DATA_MAX>(data)[NFTA_DATA_VERDICT];
}

void read_verdict(nlattr* verdict, Action& action, std::string& target) {
  const auto found = parse_nest<NFTA_VERDICT_MAX>(verdict);
  target = text_of(found[NFTA_VERDICT_CHAIN]);
  action = action_of(static_cast<int>(
      number_in_network_order(found[NFTA_VERDICT_CODE]).value_or(static_cast<std::uint32_t>(NF_QUEUE))));
}

FilterRule evaluate_nft_rule(const NftRule& rule, const Frames& frames, const NftSets& sets) {
  RuleReader reader{rule.table.family, frames, sets};
  for_each_attribute(rule.expressions, [&reader](nlattr* expression) { reader.read(expression); });
  return reader.rule();
}

} // namespace vdeup::firewall
