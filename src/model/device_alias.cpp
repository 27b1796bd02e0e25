#include "model/device_alias.hpp"

#include <fmt/format.h>

#include <charconv>

namespace vdeup {
namespace {

constexpr std::string_view k_owner_key = "vdeup uid=";
constexpr std::string_view k_switch_key = " switch=";

} // namespace

std::string TapMark::text() const {
  return fmt::format("{}{}{}{}", k_owner_key, owner, k_switch_key, switch_dir.str());
}

std::optional<TapMark> TapMark::parse(std::string_view alias) {
  if (!alias.starts_with(k_owner_key))
    return std::nullopt;
  alias.remove_prefix(k_owner_key.size());
  uid_t owner = 0;
  const auto [end, error] = std::from_chars(alias.data(), alias.data() + alias.size(), owner);
  if (error != std::errc{})
    return std::nullopt;
  alias.remove_prefix(static_cast<std::size_t>(end - alias.data()));
  if (!alias.starts_with(k_switch_key))
    return std::nullopt;
  auto path = SocketPath::directory(alias.substr(k_switch_key.size()));
  if (!path)
    return std::nullopt;
  return TapMark{owner, std::move(path).value()};
}

} // namespace vdeup
