#include "nat/nat_table.hpp"

#include "firewall/nft_set.hpp"
#include "nat/nat_rules.hpp"
#include "nat/nft_library.hpp"

#include <fmt/format.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <sys/socket.h>

#include <algorithm>

namespace vdeup::nat {
namespace {

constexpr std::string_view k_prefix = "vdeup_";

Result<kernel::Netlink> open_nf_tables() {
  return kernel::Netlink::open(NETLINK_NETFILTER);
}

std::optional<NatTable> parse_nat_table(const nlmsghdr& message) {
  auto table = firewall::parse_nft_table(message);
  if (!table || table->family != NFPROTO_INET || !table->name.starts_with(k_prefix))
    return std::nullopt;
  return NatTable{std::move(table->name), NatMark::parse(firewall::parse_nft_comment(message))};
}

/// Reads the sets of one table.
class RecordReader {
 public:
  RecordReader(kernel::Netlink& netlink, const NatTable& table)
      : m_netlink(netlink), m_table{.family = NFPROTO_INET, .name = table.name} {}

  /// Of a set that is not there, as in the table of an older vdeup, there is nothing to give back.
  [[nodiscard]] Result<InterfaceNames> read(const char* set) {
    auto elements = list_nft_elements(m_netlink, m_table, set);
    InterfaceNames names;
    if (!elements && elements.error().kind() == ErrorKind::missing)
      return names;
    TRY(auto found, std::move(elements));
    for (const firewall::NftElement& element : firewall::read_elements(found))
      names.emplace(element.key.begin(), std::find(element.key.begin(), element.key.end(), std::uint8_t{0}));
    return names;
  }

  [[nodiscard]] static bool has(const InterfaceNames& families, std::uint8_t family) {
    return families.contains(std::string(1, static_cast<char>(family)));
  }

 private:
  kernel::Netlink& m_netlink;
  firewall::NftTable m_table;
};

/// Names that cannot be put down could not be given back.
Result<> require_quotable(const ForwardingRecord& record, const std::string& what) {
  for (const InterfaceNames* names : {&record.ip4_was_on, &record.ip6_was_on, &record.accept_ra_was_1})
    for (const std::string& name : *names)
      if (!can_be_quoted(name))
        return fail(Error{
            ErrorKind::refused, what, "the name of interface " + name + " cannot be written for nft(8)", {}});
  return ok();
}

} // namespace

Result<std::string> nat_table_name(const IfName& bridge) {
  const auto is_plain = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_' || letter == '-' || letter == '.';
  };
  if (!std::all_of(bridge.str().begin(), bridge.str().end(), is_plain))
    return fail(Error{ErrorKind::refused,
                      "cannot name the rules of bridge " + bridge.str(),
                      "nft(8) takes letters, digits, '_', '-' and '.'",
                      {}});
  return std::string{k_prefix} + bridge.str();
}

// nft list tables inet
Result<IfName> bridge_of(const NatTable& table) {
  return IfName::parse(table.name.starts_with(k_prefix) ? table.name.substr(k_prefix.size()) : std::string{});
}

Result<std::vector<NatTable>> list_nat_tables() {
  auto netlink = open_nf_tables();
  if (!netlink && netlink.error().kind() == ErrorKind::missing)
    return std::vector<NatTable>{};
  TRY(auto socket, std::move(netlink));
  auto tables = socket.list<NatTable>(firewall::nft_request(NFT_MSG_GETTABLE, NFPROTO_INET), parse_nat_table,
                                      "cannot look for private networks");
  if (!tables && tables.error().kind() == ErrorKind::missing) // this kernel has no nf_tables
    return std::vector<NatTable>{};
  return tables;
}

Result<std::optional<bool>> has_rules(const IfName& bridge, const NatMark& mark) {
  const auto name = nat_table_name(bridge); // a name that cannot be no table has
  auto tables = list_nat_tables();
  if (!tables && tables.error().kind() == ErrorKind::not_permitted)
    return std::optional<bool>{};
  TRY(auto found, std::move(tables));
  return std::optional{std::any_of(found.begin(), found.end(), [&](const NatTable& table) {
    return name && table.name == name.value() && table.mark == mark;
  })};
}

Result<ForwardingRecord> read_record(const NatTable& table) {
  TRY(auto netlink, open_nf_tables());
  RecordReader reader{netlink, table};
  ForwardingRecord record;
  TRY(auto families, reader.read(k_forwarding_was_off));
  TRY(auto redirects, reader.read(k_redirects_were_off));
  TRY(auto ip4, reader.read(k_ip4_was_on));
  TRY(auto ip6, reader.read(k_ip6_was_on));
  TRY(auto listening, reader.read(k_accept_ra_was_1));
  record.ip4_was_off = RecordReader::has(families, NFPROTO_IPV4);
  record.ip6_was_off = RecordReader::has(families, NFPROTO_IPV6);
  record.redirects_were_off = RecordReader::has(redirects, NFPROTO_IPV4);
  record.ip4_was_on = std::move(ip4);
  record.ip6_was_on = std::move(ip6);
  record.accept_ra_was_1 = std::move(listening);
  return record;
}

Result<NatTable> write_nat_table(const AddPrivateNetwork& step, const ForwardingRecord& record) {
  const std::string what = "cannot set up NAT for bridge " + step.bridge.str();
  TRY(auto name, nat_table_name(step.bridge));
  if (!can_be_quoted(step.mark.text()))
    return fail(Error{ErrorKind::refused,
                      what,
                      "the path of the switch cannot be written for nft(8): " + step.mark.switch_dir.str(),
                      {}});
  TRY(require_quotable(record, what));
  TRY(run_nft(nat_table_commands(name, step, record), what));
  return NatTable{std::move(name), step.mark};
}

Result<> hand_over_nat_table(const NatTable& table, const ForwardingRecord& record,
                             const std::vector<NatTable>& heirs) {
  std::string commands = fmt::format("delete table inet {}\n", table.name);
  for (const NatTable& heir : heirs)
    commands += record_commands(heir.name, record);
  return run_nft(commands, "cannot delete table " + table.name);
}

} // namespace vdeup::nat
