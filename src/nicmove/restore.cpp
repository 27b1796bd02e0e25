#include "nicmove/restore.hpp"

namespace vdeup::nicmove {

std::vector<Error> restore(engine::LinkHost& links, const std::vector<LinkStep>& steps) {
  std::vector<Error> failures;
  for (const LinkStep& step : steps)
    if (auto done = links.execute(step); !done)
      failures.push_back(std::move(done).error());
  return failures;
}

} // namespace vdeup::nicmove
