#include "firewall/legacy_blob.hpp"

#include "firewall/xt_extensions.hpp"

#include <linux/netfilter.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include <algorithm>
#include <cstddef>

namespace vdeup::firewall {
namespace {

/// What a match and a target begin with: `u.user` of xt_entry_match and of xt_entry_target.
struct Extension {
  std::uint16_t size = 0; ///< with its data
  std::array<char, XT_EXTENSION_MAXNAMELEN> name{};
  std::uint8_t revision = 0;

  [[nodiscard]] std::string text() const { return {name.begin(), std::find(name.begin(), name.end(), '\0')}; }
};
static_assert(sizeof(Extension) == sizeof(xt_entry_match) && sizeof(Extension) == sizeof(xt_entry_target));

/// The part of an entry that says which frames it is for, free of the family.
struct Header {
  Match match = Match::always;
  bool is_goto = false;
  std::size_t size = 0; ///< matches begin behind it
  std::size_t target = 0;
  std::size_t next = 0;
};

/// A mask ends where the name that is meant may go on.
Match evaluate_interface(const FrameSide& side, std::span<const char> name,
                         std::span<const unsigned char> mask, bool is_inverted) {
  const auto end = std::find(mask.begin(), mask.end(), static_cast<unsigned char>(0));
  const auto size = static_cast<std::size_t>(end - mask.begin());
  const Match holds = size == 0 ? Match::always : compare_name(side, {name.data(), size});
  return is_inverted ? opposite(holds) : holds;
}

template <class T>
bool is_zero(const T& value) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(&value);
  return std::all_of(bytes, bytes + sizeof(value), [](unsigned char byte) { return byte == 0; });
}

Match evaluate_protocol(std::uint16_t protocol, bool is_inverted, const Frames& frames) {
  if (protocol == 0)
    return match_if(!is_inverted);
  return frames.service ? match_if((protocol == frames.service->protocol) != is_inverted) : Match::sometimes;
}

/// For what ipt_ip and ip6t_ip6 have in common; the bits for interfaces and protocol are the same.
template <class Ip>
Match evaluate_addresses(const Ip& ip, std::uint8_t goto_flag, const Frames& frames) {
  constexpr int k_known = IPT_INV_VIA_IN | IPT_INV_VIA_OUT | XT_INV_PROTO;
  const bool asks_more =
      !is_zero(ip.smsk) || !is_zero(ip.dmsk) || (ip.flags & ~goto_flag) != 0 || (ip.invflags & ~k_known) != 0;
  const auto is_inverted = [&ip](int bit) { return (ip.invflags & bit) != 0; };
  return std::min(
      {evaluate_interface(frames.in, ip.iniface, ip.iniface_mask, is_inverted(IPT_INV_VIA_IN)),
       evaluate_interface(frames.out, ip.outiface, ip.outiface_mask, is_inverted(IPT_INV_VIA_OUT)),
       evaluate_protocol(ip.proto, is_inverted(XT_INV_PROTO), frames),
       asks_more ? Match::sometimes : Match::always});
}

/// `T` is ipt_entry or ip6t_entry, `ip` its part of the family.
template <class T, auto ip, std::uint8_t goto_flag>
std::optional<Header> read_header_of(const LegacyBlob& blob, std::size_t place, const Frames& frames) {
  T entry{};
  if (!read_at(blob.entries, place, entry))
    return std::nullopt;
  return Header{.match = evaluate_addresses(entry.*ip, goto_flag, frames),
                .is_goto = ((entry.*ip).flags & goto_flag) != 0,
                .size = sizeof(entry),
                .target = entry.target_offset,
                .next = entry.next_offset};
}

std::optional<Header> read_header(const LegacyBlob& blob, std::size_t place, const Frames& frames) {
  return blob.is_ip6 ? read_header_of<ip6t_entry, &ip6t_entry::ipv6, IP6T_F_GOTO>(blob, place, frames)
                     : read_header_of<ipt_entry, &ipt_entry::ip, IPT_F_GOTO>(blob, place, frames);
}

/// One entry: a rule, the policy of a chain, or the head of a chain that a user made.
struct Entry {
  std::size_t place = 0;
  std::size_t next = 0;
  FilterRule rule{};
  std::optional<std::size_t> target{}; ///< the place that it jumps to
  std::optional<std::string> head{};   ///< the name of the chain that begins behind it
};

void apply_verdict(int verdict, bool is_goto, Entry& entry) {
  if (verdict >= 0) {
    const auto place = static_cast<std::size_t>(verdict);
    if (place == entry.next)
      return; // a rule without -j
    entry.rule.action = is_goto ? Action::go_to : Action::jump;
    entry.target = place;
    return;
  }
  switch (-verdict - 1) {
  case NF_ACCEPT:
    entry.rule.action = Action::accept;
    break;
  case NF_DROP:
    entry.rule.action = Action::drop;
    break;
  case NF_REPEAT: // XT_RETURN
    entry.rule.action = Action::return_to_caller;
    break;
  default:
    entry.rule.action = Action::unknown;
  }
}

bool read_matches(kernel::Bytes matches, const Frames& frames, FilterRule& rule) {
  while (!matches.empty()) {
    Extension match{};
    if (!read_at(matches, 0, match) || match.size < sizeof(match) || match.size > matches.size())
      return false;
    rule.require(evaluate_xt_match(match.text(), matches.first(match.size).subspan(sizeof(match)), frames));
    matches = matches.subspan(match.size);
  }
  return true;
}

bool read_target(kernel::Bytes bytes, bool is_goto, Entry& entry) {
  Extension target{};
  if (!read_at(bytes, 0, target))
    return false;
  const std::string name = target.text();
  if (name.empty()) { // XT_STANDARD_TARGET
    xt_standard_target standard{};
    if (!read_at(bytes, 0, standard))
      return false;
    apply_verdict(standard.verdict, is_goto, entry);
  } else if (name == XT_ERROR_TARGET) {
    xt_error_target error{};
    if (!read_at(bytes, 0, error))
      return false;
    const std::span<const char> head{error.errorname};
    entry.head = std::string{head.begin(), std::find(head.begin(), head.end(), '\0')};
  } else {
    apply_xt_target(name, entry.rule);
  }
  return true;
}

std::optional<Entry> read_entry(const LegacyBlob& blob, std::size_t place, const Frames& frames) {
  const auto header = read_header(blob, place, frames);
  const std::size_t left = blob.entries.size() - std::min(place, blob.entries.size());
  if (!header || header->target < header->size || header->next <= header->target || header->next > left)
    return std::nullopt;
  const kernel::Bytes bytes = kernel::Bytes{blob.entries}.subspan(place, header->next);
  Entry entry{.place = place, .next = place + header->next, .rule = {.match = header->match}};
  const kernel::Bytes matches = bytes.first(header->target).subspan(header->size);
  if (!read_matches(matches, frames, entry.rule) ||
      !read_target(bytes.subspan(header->target), header->is_goto, entry))
    return std::nullopt;
  return entry;
}

std::optional<std::vector<Entry>> read_entries(const LegacyBlob& blob, const Frames& frames) {
  std::vector<Entry> entries;
  for (std::size_t place = 0; place < blob.entries.size(); place = entries.back().next) {
    auto entry = read_entry(blob, place, frames);
    if (!entry)
      return std::nullopt;
    entries.push_back(std::move(*entry));
  }
  return entries;
}

/// Gives the entries their chains, and the jumps the names of theirs.
class Sorter {
 public:
  Sorter(const LegacyBlob& blob, std::vector<Entry> entries)
      : m_blob(blob),
        m_entries(std::move(entries)),
        m_table{.tool = ForwardFilter::Tool::iptables_legacy,
                .family = blob.is_ip6 ? "ip6" : "ip",
                .name = blob.name} {}

  FilterTable sort() {
    for (const Entry& entry : m_entries)
      if (entry.head)
        m_heads[entry.next] = *entry.head;
    std::string chain;
    for (Entry& entry : m_entries) {
      if (entry.head)
        chain = *entry.head;
      else if (!is_policy(entry, chain))
        m_table.chains[chain].push_back(named(std::move(entry)));
    }
    return std::move(m_table);
  }

 private:
  /// Note where the chain of a hook begins; true if the entry is the policy at its end.
  bool is_policy(const Entry& entry, std::string& chain) {
    constexpr std::array k_names{"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"};
    for (std::size_t hook = 0; hook < k_names.size(); ++hook) {
      if ((m_blob.hooks >> hook & 1U) == 0)
        continue;
      if (entry.place == m_blob.begin.at(hook))
        chain = k_names.at(hook);
      if (entry.place != m_blob.end.at(hook))
        continue;
      const bool drops = entry.rule.action == Action::drop;
      if (hook == NF_INET_LOCAL_IN && m_blob.name == "filter")
        m_table.base_chains.push_back({BaseChain::Role::input_filter, chain, drops});
      if (hook == NF_INET_FORWARD && m_blob.name == "filter")
        m_table.base_chains.push_back({BaseChain::Role::forward_filter, chain, drops});
      if (hook == NF_INET_POST_ROUTING && m_blob.name == "nat")
        m_table.base_chains.push_back({BaseChain::Role::postrouting_nat, chain, drops});
      return true;
    }
    return false;
  }

  [[nodiscard]] FilterRule named(Entry entry) const {
    if (!entry.target)
      return std::move(entry.rule);
    const auto head = m_heads.find(*entry.target);
    if (head == m_heads.end())
      entry.rule.action = Action::unknown;
    else
      entry.rule.target = head->second;
    return std::move(entry.rule);
  }

  const LegacyBlob& m_blob;
  std::vector<Entry> m_entries;
  std::map<std::size_t, std::string> m_heads{};
  FilterTable m_table;
};

} // namespace

std::optional<FilterTable> parse_legacy_blob(const LegacyBlob& blob, const Frames& frames) {
  auto entries = read_entries(blob, frames);
  if (!entries)
    return std::nullopt;
  return Sorter{blob, std::move(*entries)}.sort();
}

} // namespace vdeup::firewall
