#include "nicmove/rollback.hpp"

#include "nicmove/move_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace vdeup::nicmove {
namespace {

constexpr int k_max_attempts = 3; // one failure can cause others that the next attempt avoids

Result<RollbackFacts> observe(const MoveHosts& hosts, const NicMove& move) {
  timespec now{};
  (void)::clock_gettime(CLOCK_BOOTTIME, &now); // it cannot fail: this clock is always there
  RollbackFacts facts{.now = static_cast<std::uint64_t>(now.tv_sec)};
  TRY(auto bridge, hosts.links->link(move.bridge));
  facts.bridge_exists = bridge.has_value();
  TRY(auto source, hosts.nics->snapshot(move.source.name));
  if (source)
    facts.addresses = source->addresses;
  return facts;
}

std::vector<std::string> differences_now(const MoveHosts& hosts, const NicMove& move) {
  auto now = hosts.nics->snapshot(move.source.name);
  if (!now)
    return {now.error().message()};
  if (!now.value())
    return {move.source.name.str() + " is gone"};
  NicSnapshot before = move.source;
  before.index = now.value()->index; // a bridge that was made anew is another device
  std::string text = differences(before, *now.value());
  return text.empty() ? std::vector<std::string>{} : std::vector<std::string>{std::move(text)};
}

std::vector<std::string> try_once(const MoveHosts& hosts, const NicMove& move) {
  auto facts = observe(hosts, move);
  if (!facts)
    return {facts.error().message()};
  std::vector<std::string> failures;
  for (const Error& error : execute_all(*hosts.links, plan_rollback(move, std::move(facts).value())))
    if (std::string text = error.message();
        std::find(failures.begin(), failures.end(), text) == failures.end())
      failures.push_back(std::move(text)); // one cause can fail many steps
  return failures;
}

} // namespace

Result<> check_nic_exists(const MoveHosts& hosts, const NicMove& move) {
  TRY(auto nic, hosts.links->link(move.nic));
  if (nic)
    return ok();
  return fail(Error{
      ErrorKind::conflict, fmt::format("{} is gone", move.nic.str()), "it was renamed or taken away", {}});
}

std::vector<Error> execute_all(engine::LinkHost& links, const std::vector<LinkStep>& steps) {
  std::vector<Error> failures;
  for (const LinkStep& step : steps)
    if (auto done = links.execute(step); !done)
      failures.push_back(std::move(done).error());
  return failures;
}

std::vector<std::string> roll_back(const MoveHosts& hosts, const NicMove& move) {
  if (auto there = check_nic_exists(hosts, move); !there)
    return {there.error().message()};
  std::vector<std::string> failures;
  for (int attempt = 0; attempt < k_max_attempts; ++attempt) {
    failures = try_once(hosts, move);
    if (failures.empty())
      break;
  }
  for (std::string& difference : differences_now(hosts, move))
    failures.push_back(std::move(difference));
  return failures;
}

} // namespace vdeup::nicmove
