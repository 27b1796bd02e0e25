#include "model/device_alias.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace vdeup {
namespace {

constexpr std::string_view k_owner_key = "vdeup uid=";
constexpr std::string_view k_switch_key = " switch=";

} // namespace

std::string TapMark::text() const {
  return fmt::format("{}{}{}{}", k_owner_key, owner, k_switch_key, switch_dir.str());
}

std::optional<TapMark> TapMark::parse(std::string_view alias) {
  if (!take_prefix(alias, k_owner_key))
    return std::nullopt;
  const auto owner = take_number<uid_t>(alias);
  if (!owner || !alias.starts_with(k_switch_key))
    return std::nullopt;
  auto path = SocketPath::directory(alias.substr(k_switch_key.size()));
  if (!path)
    return std::nullopt;
  return TapMark{*owner, std::move(path).value()};
}

} // namespace vdeup
