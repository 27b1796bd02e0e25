#include "network/world.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace vdeup::network {
namespace {

std::string_view state_text(engine::Journal::State state) {
  constexpr std::array<std::string_view, 4> texts{"begin", "done", "undone", "cannot undo"};
  return texts.at(static_cast<std::size_t>(state));
}

} // namespace

engine::Journal::Listener World::step_listener() const {
  return [&log = log](const PlannedStep& planned, const engine::Journal::Entry& entry) {
    if (log.shows(LogLevel::debug))
      log.debug(fmt::format("{}: {}", state_text(entry.state), describe(planned.step)));
  };
}

} // namespace vdeup::network
