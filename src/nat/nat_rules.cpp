#include "nat/nat_rules.hpp"

#include "nat/ip_networks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace vdeup::nat {
namespace {

/// What comes from one network of the VMs; {0}: bridge, {1}: the network, {2}: ip or ip6.
constexpr std::string_view k_masquerade = R"(  {2} saddr {1} oifname != "{0}" masquerade
)";
constexpr std::string_view k_foreign = R"(  iifname "{0}" oifname != "{0}" {2} saddr != {1} drop
)";
/// Where there is no IPv6 for VMs, nothing of theirs leaves with addresses that they have made up.
constexpr std::string_view k_no_ip6 = R"(  iifname "{0}" oifname != "{0}" meta nfproto ipv6 drop
)";

/// {0}: bridge, {1}: masquerading, {2}: filter of what VMs send. Nobody outside begins to talk to a VM. And a
/// VM is no router: this host listens to none on the bridge.
constexpr std::string_view k_chains = R"( chain postrouting {{
  type nat hook postrouting priority srcnat; policy accept;
{1} }}
 chain forward {{
  type filter hook forward priority filter; policy accept;
  iifname != "{0}" oifname "{0}" ct state != {{ established, related }} drop
{2} }}
 chain input {{
  type filter hook input priority filter; policy accept;
  iifname "{0}" icmpv6 type {{ nd-router-advert, nd-redirect }} drop
 }}
)";

std::vector<std::string> quoted(const InterfaceNames& names) {
  std::vector<std::string> words;
  for (const std::string& name : names)
    words.push_back(fmt::format("\"{}\"", name));
  return words;
}

struct RecordSet {
  const char* name;
  const char* type;
  std::vector<std::string> elements;
};

std::vector<RecordSet> sets_of(const ForwardingRecord& record) {
  std::vector<std::string> families;
  if (record.ip4_was_off)
    families.emplace_back("ipv4");
  if (record.ip6_was_off)
    families.emplace_back("ipv6");
  std::vector<std::string> redirects;
  if (record.redirects_were_off)
    redirects.emplace_back("ipv4");
  return {{k_forwarding_was_off, "nf_proto", families},
          {k_redirects_were_off, "nf_proto", redirects},
          {k_ip4_was_on, "ifname", quoted(record.ip4_was_on)},
          {k_ip6_was_on, "ifname", quoted(record.ip6_was_on)},
          {k_accept_ra_was_1, "ifname", quoted(record.accept_ra_was_1)}};
}

std::string chains_of(const AddPrivateNetwork& step) {
  const std::string& bridge = step.bridge.str();
  const std::string network4 = network_of(step.network.gateway4).str();
  std::string masquerade = fmt::format(k_masquerade, bridge, network4, "ip");
  std::string filter = fmt::format(k_foreign, bridge, network4, "ip");
  if (step.network.gateway6) {
    const std::string network6 = network_of(*step.network.gateway6).str();
    masquerade += fmt::format(k_masquerade, bridge, network6, "ip6");
    filter += fmt::format(k_foreign, bridge, network6, "ip6");
  } else {
    filter += fmt::format(k_no_ip6, bridge);
  }
  return fmt::format(k_chains, bridge, masquerade, filter);
}

} // namespace

std::string record_commands(const std::string& table, const ForwardingRecord& record) {
  std::string commands;
  for (const RecordSet& set : sets_of(record)) {
    commands += fmt::format("add set inet {} {} {{ type {} ; }}\n", table, set.name, set.type);
    if (!set.elements.empty())
      commands +=
          fmt::format("add element inet {} {} {{ {} }}\n", table, set.name, fmt::join(set.elements, ", "));
  }
  return commands;
}

// nft has no command that deletes a table only if it is there: it is made first.
std::string nat_table_commands(const std::string& table, const AddPrivateNetwork& step,
                               const ForwardingRecord& record) {
  return fmt::format("add table inet {0}\ndelete table inet {0}\n"
                     "table inet {0} {{\n comment \"{1}\"\n{2}}}\n",
                     table, step.mark.text(), chains_of(step)) +
         record_commands(table, record);
}

} // namespace vdeup::nat
