#include "kernel/rules.hpp"

#include <fmt/format.h>

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace vdeup::kernel {
namespace {

constexpr std::uint32_t k_chosen_rule_flags = FIB_RULE_INVERT; // the others say what the kernel found

MessageBuilder rule_message(int type, int flags, const Device& device, const RoutingRule& rule) {
  fib_rule_hdr info{};
  info.family = rule.is_ip6 ? AF_INET6 : AF_INET;
  info.dst_len = rule.destination_length;
  info.src_len = rule.source_length;
  info.tos = rule.tos;
  info.table = rule.table;
  info.action = rule.action;
  info.flags = rule.flags;
  MessageBuilder builder{type, flags, info};
  builder.put(FRA_PRIORITY, rule.priority);
  if (rule.names_input)
    builder.put(FRA_IIFNAME, device.name.str().c_str());
  if (rule.names_output)
    builder.put(FRA_OIFNAME, device.name.str().c_str());
  builder.put(rule.others);
  return builder;
}

std::string what_of(const char* verb, const RoutingRule& rule, const Device& device) {
  return fmt::format("cannot {} rule {} of {}", verb, rule.priority, device.name.str());
}

} // namespace

std::optional<RoutingRule> parse_rule(const nlmsghdr& message, const Device& device) {
  const auto found = parse_message<FRA_MAX, fib_rule_hdr>(message);
  if (message.nlmsg_type != RTM_NEWRULE || !found)
    return std::nullopt;
  const auto& info = header_of<fib_rule_hdr>(message);
  RoutingRule rule{.is_ip6 = info.family == AF_INET6,
                   .destination_length = info.dst_len,
                   .source_length = info.src_len,
                   .tos = info.tos,
                   .table = info.table,
                   .action = info.action,
                   .flags = info.flags & k_chosen_rule_flags,
                   .priority = number_of<std::uint32_t>((*found)[FRA_PRIORITY]).value_or(0),
                   .names_input = text_of((*found)[FRA_IIFNAME]) == device.name.str(),
                   .names_output = text_of((*found)[FRA_OIFNAME]) == device.name.str()};
  if ((info.family != AF_INET && info.family != AF_INET6) || !(rule.names_input || rule.names_output))
    return std::nullopt;
  for (const nlattr* attribute : *found) {
    const int type = attribute == nullptr ? FRA_PRIORITY : nla_type(attribute);
    const bool is_read = type == FRA_PRIORITY || (type == FRA_IIFNAME && rule.names_input) ||
                         (type == FRA_OIFNAME && rule.names_output);
    if (!is_read)
      rule.others.push_back(raw(*attribute));
  }
  return rule;
}

// ip rule show; ip -6 rule show
Result<std::vector<RoutingRule>> list_rules(Netlink& netlink, const Device& device) {
  const auto parse = [&device](const nlmsghdr& answer) { return parse_rule(answer, device); };
  return dump<RoutingRule>(netlink, RTM_GETRULE, fib_rule_hdr{}, parse,
                           "cannot list the routing rules of " + device.name.str());
}

// ip rule add … iif NAME
Result<> add_rule(Netlink& netlink, const Device& device, const RoutingRule& rule) {
  const auto added = rule_message(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, device, rule)
                         .request(netlink, what_of("add", rule, device));
  return tolerate(added, ErrorKind::conflict);
}

// ip rule delete … iif NAME
Result<> remove_rule(Netlink& netlink, const Device& device, const RoutingRule& rule) {
  const auto removed =
      rule_message(RTM_DELRULE, 0, device, rule).request(netlink, what_of("remove", rule, device));
  return tolerate(removed, ErrorKind::missing);
}

} // namespace vdeup::kernel
