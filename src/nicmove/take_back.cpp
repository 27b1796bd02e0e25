#include "nicmove/take_back.hpp"

#include "nicmove/nic_move.hpp"
#include "nicmove/restore.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace vdeup::nicmove {
namespace {

constexpr int k_max_attempts = 3; // a failure can be the cause of others, and be gone the next time

Result<RestoreFacts> look(const MoveHosts& hosts, const NicMove& move) {
  timespec now{};
  (void)::clock_gettime(CLOCK_BOOTTIME, &now); // it cannot fail: this clock is always there
  RestoreFacts facts{.now = static_cast<std::uint64_t>(now.tv_sec)};
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
  auto facts = look(hosts, move);
  if (!facts)
    return {facts.error().message()};
  std::vector<std::string> failures;
  for (const Error& error : restore(*hosts.links, make_restore_steps(move, std::move(facts).value())))
    if (std::string text = error.message();
        std::find(failures.begin(), failures.end(), text) == failures.end())
      failures.push_back(std::move(text)); // of one cause there can be many
  return failures;
}

} // namespace

Result<> check_nic_is_there(const MoveHosts& hosts, const NicMove& move) {
  TRY(auto nic, hosts.links->link(move.nic));
  if (nic)
    return ok();
  return fail(Error{
      ErrorKind::conflict, fmt::format("{} is gone", move.nic.str()), "it was renamed or taken away", {}});
}

std::vector<std::string> take_back(const MoveHosts& hosts, const NicMove& move) {
  if (auto there = check_nic_is_there(hosts, move); !there)
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
