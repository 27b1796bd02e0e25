#include "network/world.hpp"

#include <fmt/format.h>

#include <string_view>

namespace vdeup::network {
namespace {

std::string_view state_text(engine::Journal::State state) {
  switch (state) {
  case engine::Journal::State::intended:
    return "begin";
  case engine::Journal::State::done:
    return "done";
  case engine::Journal::State::undone:
    return "undone";
  case engine::Journal::State::undo_failed:
    break;
  }
  return "cannot undo";
}

} // namespace

engine::Journal::Listener World::step_listener() const {
  return [&log = log](const PlannedStep& planned, const engine::Journal::Entry& entry) {
    if (log.shows(LogLevel::debug))
      log.debug(fmt::format("{}: {}", state_text(entry.state), describe(planned.step)));
  };
}

} // namespace vdeup::network
