#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "engine/nat_host.hpp"
#include "model/link.hpp"
#include "model/step.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace vdeup::engine {

/// The kernel's side of the world. Queries have no effect; `execute` makes one reversible change.
class LinkHost {
 public:
  LinkHost() = default;
  LinkHost(const LinkHost&) = delete;
  LinkHost& operator=(const LinkHost&) = delete;
  virtual ~LinkHost() = default;

  /// All links of this network namespace.
  [[nodiscard]] virtual Result<std::vector<Link>> links() = 0;
  /// One link, or nothing if there is none; does not cost more on a host with many.
  [[nodiscard]] virtual Result<std::optional<Link>> link(const IfName& name) = 0;
  [[nodiscard]] virtual Result<std::optional<Link>> link(std::uint32_t index) = 0;

  /// Wait until a port of a bridge forwards, which it begins to do a moment after it has got its carrier.
  /// Success at the deadline, too: it is for who observes to say what that means.
  [[nodiscard]] virtual Result<> wait_until_forwarding(const IfName& /*port*/, const Deadline& /*deadline*/) {
    return ok();
  }

  /// Carry out a step; on return the kernel has done it.
  /// Errors: conflict if the world is not as the step expects (a name is taken), not_permitted, failed.
  [[nodiscard]] virtual Result<> execute(const LinkStep& step) = 0;
};

/// The switch's side of the world.
class SwitchHost {
 public:
  SwitchHost() = default;
  SwitchHost(const SwitchHost&) = delete;
  SwitchHost& operator=(const SwitchHost&) = delete;
  virtual ~SwitchHost() = default;

  /// Look at a switch; a few milliseconds, at most the deadline of its console.
  /// Errors: refused when what is found there must not be used (foreign owner, symbolic link, wide mode).
  [[nodiscard]] virtual Result<Switch> inspect(const Scope& scope) = 0;

  /// Look for a vde_switch of the owner that serves this socket directory though its sockets are gone.
  [[nodiscard]] virtual Result<std::optional<pid_t>> find_orphan(const Scope& scope) = 0;

  /// See that nobody has the ports of this host that are to be forwarded, and that the owner may have them.
  /// Errors: refused for one that is taken; not_permitted for one that takes a privilege.
  [[nodiscard]] virtual Result<> check_host_ports(const Scope& scope,
                                                  const std::vector<Forward>& forwards) = 0;

  /// Carry out a step; on return it is proven to have worked.
  [[nodiscard]] virtual Result<> execute(const SwitchStep& step) = 0;
};

/// Everything that a plan is carried out on. Does not own it.
struct Host {
  LinkHost& links;
  SwitchHost& switches;
  NatHost& nats;

  [[nodiscard]] Result<> execute(const Step& step) const;
};

} // namespace vdeup::engine
