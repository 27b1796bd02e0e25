#include "kernel/nft_rule.hpp"

#include "kernel/attributes.hpp"
#include "kernel/xt_extensions.hpp"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>

#include <algorithm>

namespace vdeup::kernel {
namespace {

constexpr std::array<std::string_view, 4> k_without_condition{"counter", "dup", "last", "log"};

/// Reads a rule as the kernel would run it: an expression loads a register, the next compares it. We know the
/// value of one register at most, the one loaded last, and only where a frame of the bridge decides it.
class RuleReader {
 public:
  RuleReader(std::uint8_t family, const BridgeName& bridge) : m_family(family), m_bridge(bridge) {}

  void read(nlattr* expression) {
    const auto found = parse_nest<NFTA_EXPR_MAX>(expression);
    const std::string name = text_of(found[NFTA_EXPR_NAME]);
    nlattr* data = found[NFTA_EXPR_DATA];
    if (name == "meta")
      read_meta(data);
    else if (name == "cmp")
      read_comparison(data);
    else if (name == "immediate")
      read_immediate(data);
    else if (name == "match")
      read_xt_match(data);
    else if (name == "target")
      apply_xt_target(text_of(parse_nest<NFTA_TARGET_MAX>(data)[NFTA_TARGET_NAME]), m_rule);
    else if (name == "reject")
      m_rule.action = Action::drop;
    else if (name == "queue" || name == "synproxy" || name == "tproxy" || name == "fwd")
      m_rule.action = Action::unknown;
    else if (name == "masq")
      m_rule.masquerades = true;
    else if (std::find(k_without_condition.begin(), k_without_condition.end(), name) ==
             k_without_condition.end())
      read_something_else();
  }

  [[nodiscard]] const FilterRule& rule() const { return m_rule; }

 private:
  struct Loaded {
    std::uint32_t reg = 0;
    std::vector<std::uint8_t> value;
  };

  /// A condition, or a value that we cannot follow: a payload, a set, a limit, a connection's state.
  void read_something_else() {
    m_loaded.reset();
    m_rule.require(Holds::sometimes);
  }

  void read_meta(nlattr* data) {
    const auto found = parse_nest<NFTA_META_MAX>(data);
    if (found[NFTA_META_SREG] != nullptr)
      return; // it sets something
    m_loaded.reset();
    const auto reg = number_in_network_order(found[NFTA_META_DREG]);
    const auto key = number_in_network_order(found[NFTA_META_KEY]);
    std::vector<std::uint8_t> value = value_of(key.value_or(NFT_META_LEN));
    if (reg && !value.empty())
      m_loaded = Loaded{.reg = *reg, .value = std::move(value)};
  }

  /// What a frame of the bridge has under this key; nothing where frames differ.
  [[nodiscard]] std::vector<std::uint8_t> value_of(std::uint32_t key) const {
    // On their way through a table of the bridge family, frames have the ports, and not the bridge, as their
    // interfaces.
    const bool is_bridge_family = m_family == NFPROTO_BRIDGE;
    switch (key) {
    case NFT_META_IIFNAME:
    case NFT_META_OIFNAME:
      return is_bridge_family ? std::vector<std::uint8_t>{} : name();
    case NFT_META_BRI_IIFNAME:
    case NFT_META_BRI_OIFNAME:
      return is_bridge_family ? name() : std::vector<std::uint8_t>{};
    case NFT_META_IIF:
    case NFT_META_OIF:
      return is_bridge_family || m_bridge.index == 0 ? std::vector<std::uint8_t>{} : index();
    default:
      return {};
    }
  }

  [[nodiscard]] std::vector<std::uint8_t> name() const {
    return {m_bridge.padded.begin(), m_bridge.padded.end()};
  }

  [[nodiscard]] std::vector<std::uint8_t> index() const {
    std::vector<std::uint8_t> bytes(sizeof(m_bridge.index));
    std::memcpy(bytes.data(), &m_bridge.index, bytes.size());
    return bytes;
  }

  void read_comparison(nlattr* data) {
    const auto found = parse_nest<NFTA_CMP_MAX>(data);
    const auto reg = number_in_network_order(found[NFTA_CMP_SREG]);
    const auto op = number_in_network_order(found[NFTA_CMP_OP]).value_or(NFT_CMP_LT);
    const Bytes wanted = bytes_of(parse_nest<NFTA_DATA_MAX>(found[NFTA_CMP_DATA])[NFTA_DATA_VALUE]);
    if (!m_loaded || m_loaded->reg != reg || wanted.empty() || wanted.size() > m_loaded->value.size() ||
        (op != NFT_CMP_EQ && op != NFT_CMP_NEQ))
      return m_rule.require(Holds::sometimes);
    // As long as what is wanted: a name with an asterisk has no zero at its end.
    const bool is_equal = std::equal(wanted.begin(), wanted.end(), m_loaded->value.begin());
    m_rule.require(is_equal == (op == NFT_CMP_EQ) ? Holds::always : Holds::never);
  }

  void read_immediate(nlattr* data) {
    const auto found = parse_nest<NFTA_IMMEDIATE_MAX>(data);
    if (number_in_network_order(found[NFTA_IMMEDIATE_DREG]) != NFT_REG_VERDICT)
      return m_loaded.reset();
    const auto nest = parse_nest<NFTA_DATA_MAX>(found[NFTA_IMMEDIATE_DATA]);
    const auto verdict = parse_nest<NFTA_VERDICT_MAX>(nest[NFTA_DATA_VERDICT]);
    m_rule.target = text_of(verdict[NFTA_VERDICT_CHAIN]);
    m_rule.action = action_of(static_cast<int>(
        number_in_network_order(verdict[NFTA_VERDICT_CODE]).value_or(static_cast<std::uint32_t>(NF_QUEUE))));
  }

  static Action action_of(int verdict) {
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
      return Action::come_back;
    default:
      return Action::unknown;
    }
  }

  void read_xt_match(nlattr* data) {
    const auto found = parse_nest<NFTA_MATCH_MAX>(data);
    m_rule.require(judge_xt_match(text_of(found[NFTA_MATCH_NAME]), bytes_of(found[NFTA_MATCH_INFO])));
  }

  std::uint8_t m_family;
  const BridgeName& m_bridge;
  FilterRule m_rule{};
  std::optional<Loaded> m_loaded{};
};

} // namespace

FilterRule judge_nft_rule(nlattr* expressions, std::uint8_t family, const BridgeName& bridge) {
  RuleReader reader{family, bridge};
  if (expressions == nullptr)
    return reader.rule();
  auto* expression = static_cast<nlattr*>(nla_data(expressions));
  for (int left = nla_len(expressions); nla_ok(expression, left) != 0;
       expression = nla_next(expression, &left))
    reader.read(expression);
  return reader.rule();
}

} // namespace vdeup::kernel
