#include "cli/wiring.hpp"

#include <unistd.h>

namespace vdeup::cli {

Result<Wiring> Wiring::connect() {
  TRY(auto links, kernel::KernelHost::open());
  return Wiring{std::move(links), std::make_unique<vde::VdeHost>(), config::host_seed()};
}

Result<plan::Request> make_request(const Invocation& call) {
  TRY(auto scope, config::resolve_scope(call.choice, config::Environment::read()));
  plan::Request request{.scope = std::move(scope), .force = call.force, .by_root = ::geteuid() == 0};
  if (call.bridge) {
    TRY(auto bridge, IfName::parse(*call.bridge));
    request.bridge = std::move(bridge);
  }
  return request;
}

} // namespace vdeup::cli
