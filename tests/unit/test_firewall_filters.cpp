// How the kernel room judges the rules of packet filters, also of those that no kernel should have. What real
// tools make is in tests/kernel/test_filters.cpp.

#include "firewall/legacy_blob.hpp"
#include "firewall/nft_message.hpp"
#include "unit/netlink_bytes.hpp"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4/ip_tables.h>

#include <algorithm>
#include <string>

using namespace netlink_bytes;
using namespace vdeup;
using namespace vdeup::firewall;
using namespace vdeup::kernel;

namespace {

/// A rule of one expression after the other.
class RuleMessage {
 public:
  explicit RuleMessage(std::uint8_t family)
      : m_message(message_of((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWRULE,
                             nfgenmsg{.nfgen_family = family, .version = NFNETLINK_V0, .res_id = 0})) {
    put_text(m_message, NFTA_RULE_TABLE, "t");
    put_text(m_message, NFTA_RULE_CHAIN, "c");
    m_expressions = nla_nest_start(m_message.get(), NFTA_RULE_EXPRESSIONS);
  }
  RuleMessage& add(const char* name, const std::function<void()>& fill) {
    nest(m_message, NFTA_LIST_ELEM, [&] {
      put_text(m_message, NFTA_EXPR_NAME, name);
      nest(m_message, NFTA_EXPR_DATA, fill);
    });
    return *this;
  }
  RuleMessage& load(std::uint32_t key, std::uint32_t reg = NFT_REG_1) {
    return add("meta", [=, this] {
      put_in_network_order(m_message, NFTA_META_KEY, key);
      put_in_network_order(m_message, NFTA_META_DREG, reg);
    });
  }
  RuleMessage& compare(const std::string& wanted, std::uint32_t op = NFT_CMP_EQ) {
    return add("cmp", [=, this] {
      put_in_network_order(m_message, NFTA_CMP_SREG, NFT_REG_1);
      put_in_network_order(m_message, NFTA_CMP_OP, op);
      nest(m_message, NFTA_CMP_DATA, [&] {
        REQUIRE(nla_put(m_message.get(), NFTA_DATA_VALUE, static_cast<int>(wanted.size()), wanted.data()) ==
                0);
      });
    });
  }
  RuleMessage& verdict(int code, const char* chain = nullptr) {
    return add("immediate", [=, this] {
      put_in_network_order(m_message, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
      nest(m_message, NFTA_IMMEDIATE_DATA, [&] {
        nest(m_message, NFTA_DATA_VERDICT, [&] {
          put_in_network_order(m_message, NFTA_VERDICT_CODE, static_cast<std::uint32_t>(code));
          if (chain != nullptr)
            put_text(m_message, NFTA_VERDICT_CHAIN, chain);
        });
      });
    });
  }
  const Message& end() {
    nla_nest_end(m_message.get(), m_expressions);
    return m_message;
  }
  FilterRule read() {
    const auto rule = parse_nft_rule(*nlmsg_hdr(end().get()));
    REQUIRE(rule);
    CHECK(rule->chain == "c");
    return evaluate_nft_rule(*rule, bridged_frames("br0", 7), {});
  }

 private:
  Message m_message;
  nlattr* m_expressions = nullptr;
};

const std::string k_padded_name{"br0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16};

void append(std::vector<std::uint8_t>& bytes, const void* data, std::size_t size) {
  const auto* begin = static_cast<const std::uint8_t*>(data);
  bytes.insert(bytes.end(), begin, begin + size);
}

constexpr auto k_rule_size = static_cast<std::uint16_t>(sizeof(ipt_entry) + sizeof(xt_standard_target));
constexpr auto k_head_size = static_cast<std::uint16_t>(sizeof(ipt_entry) + sizeof(xt_error_target));

void add_rule(std::vector<std::uint8_t>& bytes, int verdict, const char* interface = "") {
  ipt_entry entry{};
  std::strcpy(entry.ip.iniface, interface);
  std::fill_n(entry.ip.iniface_mask, *interface == '\0' ? 0 : std::strlen(interface) + 1, 0xff);
  entry.target_offset = sizeof(ipt_entry);
  entry.next_offset = k_rule_size;
  xt_standard_target target{};
  target.target.u.user.target_size = sizeof(target);
  target.verdict = verdict;
  append(bytes, &entry, sizeof(entry));
  append(bytes, &target, sizeof(target));
}

void add_head(std::vector<std::uint8_t>& bytes, const char* name) {
  ipt_entry entry{};
  entry.target_offset = sizeof(ipt_entry);
  entry.next_offset = k_head_size;
  xt_error_target target{};
  target.target.u.user.target_size = sizeof(target);
  std::strcpy(target.target.u.user.name, XT_ERROR_TARGET);
  std::strcpy(target.errorname, name);
  append(bytes, &entry, sizeof(entry));
  append(bytes, &target, sizeof(target));
}

constexpr int k_drop = -NF_DROP - 1;
constexpr int k_accept = -NF_ACCEPT - 1;

/// FORWARD with policy drop, and a chain of a user that accepts what comes from br0.
std::vector<std::uint8_t> legacy_entries(int jump) {
  std::vector<std::uint8_t> bytes;
  add_rule(bytes, jump);
  add_rule(bytes, k_drop); // the policy
  add_head(bytes, "mine");
  add_rule(bytes, k_accept, "br0");
  add_rule(bytes, XT_RETURN);
  add_head(bytes, XT_ERROR_TARGET);
  return bytes;
}
constexpr int k_to_mine = 2 * k_rule_size + k_head_size;

std::optional<PacketFilters> read_legacy(const std::vector<std::uint8_t>& bytes) {
  LegacyBlob blob{.name = "filter", .hooks = 1U << NF_INET_FORWARD, .entries = bytes};
  blob.end.at(NF_INET_FORWARD) = k_rule_size;
  const auto table = parse_legacy_blob(blob, bridged_frames("br0", 7));
  if (!table)
    return std::nullopt;
  PacketFilters filters;
  add_table(filters, *table);
  return filters;
}

} // namespace

TEST_CASE("parse_nft_rule: a name is compared as the kernel compares it", "[kernel]") {
  const auto holds = [](const std::string& wanted, std::uint32_t op = NFT_CMP_EQ) {
    return RuleMessage{NFPROTO_INET}
        .load(NFT_META_IIFNAME)
        .compare(wanted, op)
        .verdict(NF_ACCEPT)
        .read()
        .match;
  };
  CHECK(holds(k_padded_name) == Match::always);
  CHECK(holds(std::string{"br0\0", 4}) == Match::always); // iptables-nft
  CHECK(holds("br") == Match::always);                    // br*
  CHECK(holds(std::string{"br\0", 3}) == Match::never);
  CHECK(holds("br00") == Match::never);
  CHECK(holds(k_padded_name, NFT_CMP_NEQ) == Match::never);
  CHECK(holds("br1", NFT_CMP_NEQ) == Match::always);
  CHECK(holds(k_padded_name, NFT_CMP_LT) == Match::sometimes);
  CHECK(holds(k_padded_name + "x") == Match::sometimes);
  CHECK(holds("") == Match::sometimes);
}

TEST_CASE("parse_nft_rule: what was not loaded last, or is not known, holds sometimes at most", "[kernel]") {
  CHECK(RuleMessage{NFPROTO_INET}.compare(k_padded_name).read().match == Match::sometimes);
  CHECK(RuleMessage{NFPROTO_INET}.load(NFT_META_MARK).compare(k_padded_name).read().match ==
        Match::sometimes);
  CHECK(RuleMessage{NFPROTO_INET}.load(NFT_META_IIFNAME, NFT_REG_2).compare(k_padded_name).read().match ==
        Match::sometimes);
  RuleMessage overwritten{NFPROTO_INET};
  overwritten.load(NFT_META_IIFNAME).add("payload", [] {}).compare(k_padded_name);
  CHECK(overwritten.read().match == Match::sometimes);
  RuleMessage other{NFPROTO_INET};
  CHECK(other.add("an expression of tomorrow", [] {}).verdict(NF_ACCEPT).read().match == Match::sometimes);
}

TEST_CASE("parse_nft_rule: in the bridge family the bridge has a key of its own", "[kernel]") {
  const auto holds = [](std::uint8_t family, std::uint32_t key) {
    return RuleMessage{family}.load(key).compare(k_padded_name).read().match;
  };
  CHECK(holds(NFPROTO_BRIDGE, NFT_META_BRI_IIFNAME) == Match::always);
  CHECK(holds(NFPROTO_BRIDGE, NFT_META_BRI_OIFNAME) == Match::always);
  CHECK(holds(NFPROTO_BRIDGE, NFT_META_IIFNAME) == Match::sometimes); // the port
  CHECK(holds(NFPROTO_IPV4, NFT_META_BRI_IIFNAME) == Match::sometimes);
}

TEST_CASE("parse_nft_rule: knows verdicts, and takes none that it does not know for an accept", "[kernel]") {
  const auto action = [](int code) { return RuleMessage{NFPROTO_INET}.verdict(code).read().action; };
  CHECK(action(NF_ACCEPT) == Action::accept);
  CHECK(action(NF_DROP) == Action::drop);
  CHECK(action(NFT_RETURN) == Action::return_to_caller);
  CHECK(action(NF_QUEUE) == Action::unknown);
  CHECK(action(1234) == Action::unknown);
  const FilterRule jump = RuleMessage{NFPROTO_INET}.verdict(NFT_JUMP, "there").read();
  CHECK(jump.action == Action::jump);
  CHECK(jump.target == "there");
  CHECK(RuleMessage{NFPROTO_INET}.add("queue", [] {}).read().action == Action::unknown);
  CHECK(RuleMessage{NFPROTO_INET}.add("reject", [] {}).read().action == Action::drop);
  CHECK(RuleMessage{NFPROTO_INET}.add("counter", [] {}).read().match == Match::always);
}

TEST_CASE("parse_nft_rule: a message that ends too early does no harm", "[kernel]") {
  RuleMessage rule{NFPROTO_INET};
  rule.load(NFT_META_IIFNAME).compare(k_padded_name).verdict(NFT_JUMP, "there");
  parse_all_beginnings(rule.end(), [](const nlmsghdr& cut) {
    const auto read = parse_nft_rule(cut);
    return read ? evaluate_nft_rule(*read, bridged_frames("br0", 7), {}) : FilterRule{};
  });
}

TEST_CASE("parse_legacy_blob: follows a jump to a chain and back", "[kernel]") {
  const auto filters = read_legacy(legacy_entries(k_to_mine));
  REQUIRE(filters);
  REQUIRE(filters->forward.size() == 1);
  CHECK(filters->forward.front().chain == "FORWARD");
  CHECK(filters->forward.front().accepts_bridge);
  CHECK_FALSE(read_legacy(legacy_entries(k_rule_size))->forward.front().accepts_bridge); // a rule without -j
  CHECK_FALSE(read_legacy(legacy_entries(k_drop))->forward.front().accepts_bridge);
}

TEST_CASE("parse_legacy_blob: a jump to no chain is not followed", "[kernel]") {
  const int target = GENERATE(k_to_mine + 1, k_to_mine - k_head_size, 1'000'000, 0);
  const auto filters = read_legacy(legacy_entries(target));
  REQUIRE(filters);
  REQUIRE(filters->forward.size() == 1);
  CHECK_FALSE(filters->forward.front().accepts_bridge);
}

TEST_CASE("parse_legacy_blob: a block that was cut or spoilt does no harm", "[kernel]") {
  const std::vector<std::uint8_t> good = legacy_entries(k_to_mine);
  for (std::size_t size = 1; size < good.size(); ++size) {
    const bool is_whole_entries =
        read_legacy({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}).has_value();
    const bool should_be = size == k_rule_size || size == 2 * k_rule_size || size == k_to_mine ||
                           size == k_to_mine + k_rule_size || size == k_to_mine + 2 * k_rule_size;
    CHECK(is_whole_entries == should_be);
  }
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const unsigned wrong : {0x00U, 0x01U, 0x7fU, 0x80U, 0xffU}) {
      std::vector<std::uint8_t> spoilt = good;
      spoilt.at(at) = static_cast<std::uint8_t>(wrong);
      (void)read_legacy(spoilt);
    }
}

TEST_CASE("add_table: chains that call each other in a circle have an end", "[kernel]") {
  FilterTable table{.family = "ip", .name = "filter"};
  table.base_chains.push_back({BaseChain::Role::forward_filter, "FORWARD", true});
  table.chains["FORWARD"] = {{.action = Action::jump, .target = "a"}, {.action = Action::accept}};
  table.chains["a"] = {{.action = Action::jump, .target = "b"}};
  table.chains["b"] = {{.action = Action::jump, .target = "a"}, {.action = Action::jump, .target = "a"}};
  PacketFilters filters;
  add_table(filters, table);
  REQUIRE(filters.forward.size() == 1);
  CHECK_FALSE(filters.forward.front().accepts_bridge);
}
