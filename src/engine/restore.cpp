#include "engine/restore.hpp"

namespace vdeup::engine {

std::vector<Error> restore(LinkHost& links, const std::vector<LinkStep>& steps) {
  std::vector<Error> failures;
  for (const LinkStep& step : steps)
    if (auto done = links.execute(step); !done)
      failures.push_back(std::move(done).error());
  return failures;
}

} // namespace vdeup::engine
