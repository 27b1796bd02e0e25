#include "model/nat.hpp"

#include "model/device_alias.hpp"

#include <fmt/format.h>

namespace vdeup {
namespace {

constexpr std::string_view k_tool = "vdeup ";
constexpr std::string_view k_kind = "vdeup nat ";

} // namespace

std::string NatMark::text() const {
  return std::string{k_kind} + TapMark{owner, switch_dir}.text().substr(k_tool.size());
}

std::optional<NatMark> NatMark::parse(std::string_view text) {
  if (!text.starts_with(k_kind))
    return std::nullopt;
  const auto rest = TapMark::parse(std::string{k_tool} + std::string{text.substr(k_kind.size())});
  return rest ? std::optional{NatMark{rest->owner, rest->switch_dir}} : std::nullopt;
}

} // namespace vdeup
