#include "network/lock.hpp"

#include "base/identity.hpp"

#include <sys/stat.h>

namespace vdeup::network {
namespace {

constexpr std::chrono::seconds k_share_patience{2};

} // namespace

Result<vde::SwitchLock> lock_switch(const Scope& scope, std::chrono::milliseconds patience) {
  TRY(auto acting, ActingAs::enter(scope.owner));
  return vde::SwitchLock::acquire(scope, Deadline::after(patience));
}

std::optional<vde::SwitchLock> share_switch(const Scope& scope) {
  const auto acting = ActingAs::enter(scope.owner);
  return acting ? vde::SwitchLock::share(scope, Deadline::after(k_share_patience)) : std::nullopt;
}

void release_unused(vde::SwitchLock lock, const Scope& scope) {
  const auto acting = ActingAs::enter(scope.owner);
  struct stat status {};
  const bool has_switch = ::lstat(scope.sockets.dir.str().c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
                          status.st_uid == scope.owner.uid;
  if (acting && (lock.has_made_file() || !has_switch))
    lock.remove_file();
}

} // namespace vdeup::network
