#include "kernel/xt_extensions.hpp"

#include <linux/netfilter/xt_physdev.h>

#include <algorithm>
#include <array>

namespace vdeup::kernel {
namespace {

/// -m physdev --physdev-is-bridged, and nothing more.
bool asks_whether_bridged(Bytes data) {
  xt_physdev_info info{};
  if (data.size() < sizeof(info))
    return false;
  std::memcpy(&info, data.data(), sizeof(info));
  return info.bitmask == XT_PHYSDEV_OP_BRIDGED && info.invert == 0;
}

constexpr std::array<std::string_view, 8> k_going_on{"AUDIT", "CHECKSUM", "CONNMARK", "LOG",
                                                     "MARK",  "NFLOG",    "TCPMSS",   "TRACE"};

} // namespace

Holds judge_xt_match(std::string_view name, Bytes data) {
  if (name == "comment" || (name == "physdev" && asks_whether_bridged(data)))
    return Holds::always;
  return Holds::sometimes;
}

void apply_xt_target(std::string_view name, FilterRule& rule) {
  if (name == "DROP" || name == "REJECT")
    rule.action = Action::drop;
  else if (std::find(k_going_on.begin(), k_going_on.end(), name) == k_going_on.end())
    rule.action = Action::unknown;
  rule.masquerades = name == "MASQUERADE";
}

} // namespace vdeup::kernel
