#include "model/vm_tap.hpp"

#include "base/number.hpp"
#include "base/text.hpp"
#include "model/vm_identity.hpp"

#include <fmt/format.h>

namespace vdeup {
namespace {

constexpr std::string_view k_vm_key = "vdeup vm=";
constexpr std::string_view k_tap_mac_key = " mac=";
constexpr std::string_view k_uid_key = " uid=";
constexpr std::string_view k_tap_switch_key = " switch=";

} // namespace

std::string VmTapMark::text() const {
  return fmt::format("{}{}{}{}{}{}{}{}", k_vm_key, safe_vm_name(vm_name), k_tap_mac_key, mac.str(), k_uid_key,
                     owner, k_tap_switch_key, switch_dir.str());
}

std::optional<VmTapMark> VmTapMark::parse(std::string_view alias) {
  if (!take_prefix(alias, k_vm_key))
    return std::nullopt;
  const auto name = take_until(alias, k_tap_mac_key);
  const auto mac_text = take_until(alias, k_uid_key);
  const auto uid_text = take_until(alias, k_tap_switch_key);
  if (!name || !mac_text || !uid_text)
    return std::nullopt;
  const auto mac = MacAddress::parse(*mac_text);
  const auto owner = parse_number<uid_t>(*uid_text);
  auto path = SocketPath::directory(alias);
  if (!mac || !owner || !path)
    return std::nullopt;
  return VmTapMark{std::string{*name}, mac.value(), *owner, std::move(path).value()};
}

std::vector<VmOnTap> vms_on_taps(const std::vector<Link>& links, const Scope& scope) {
  std::vector<VmOnTap> found;
  for (const Link& link : links) {
    auto mark = link.is_tap ? VmTapMark::parse(link.alias) : std::nullopt;
    auto name = IfName::parse(link.name);
    if (mark && name && mark->owner == scope.owner.uid && mark->switch_dir == scope.sockets.dir)
      found.push_back({std::move(name).value(), std::move(*mark), link.counters});
  }
  return found;
}

} // namespace vdeup
