#pragma once

#include "engine/host.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace lab {

/// A host that keeps a list of what was asked of it, and fails where it is told to.
class FakeHost final : public vdeup::engine::LinkHost {
 public:
  std::set<std::string> failing; ///< descriptions of the steps that fail
  std::vector<std::string> done;

  vdeup::Result<std::vector<vdeup::Link>> links() override { return std::vector<vdeup::Link>{}; }
  vdeup::Result<std::optional<vdeup::Link>> link(const vdeup::IfName& /*name*/) override {
    return std::optional<vdeup::Link>{};
  }
  vdeup::Result<std::optional<vdeup::Link>> link(std::uint32_t /*index*/) override {
    return std::optional<vdeup::Link>{};
  }
  vdeup::Result<> execute(const vdeup::LinkStep& step) override {
    const std::string text = vdeup::describe(vdeup::Step{step});
    if (failing.contains(text))
      return vdeup::fail(vdeup::Error{vdeup::ErrorKind::failed, "failed to " + text, {}, {}});
    done.push_back(text);
    return vdeup::ok();
  }
};

} // namespace lab
