#pragma once

#include "base/result.hpp"

#include <sys/types.h>

#include <string>
#include <vector>

namespace vdeup {

/// The ids a process acts with.
struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name; ///< login name, for the supplementary groups
  bool operator==(const Identity&) const = default;
};

/// A group of users.
struct Group {
  gid_t gid = 0;
  std::string name;
  bool operator==(const Group&) const = default;
};

/// Changes the effective user, group and supplementary groups while it exists.
///
/// Root uses it for everything that touches an owner's sockets, so that a hostile file there can do no more
/// to root than it could do to its owner. Acting as oneself is free and needs no privilege.
/// Errors: not_permitted when the caller is neither that user nor root.
class ActingAs {
 public:
  [[nodiscard]] static Result<ActingAs> enter(const Identity& identity);

  ActingAs(ActingAs&& other) noexcept;
  ActingAs& operator=(ActingAs&&) = delete;
  ActingAs(const ActingAs&) = delete;
  ActingAs& operator=(const ActingAs&) = delete;

  /// Restore the former identity. A process that cannot is in an unknown state and aborts.
  ~ActingAs();

 private:
  ActingAs() = default;
  bool m_active = false;
  uid_t m_former_uid = 0;
  gid_t m_former_gid = 0;
  std::vector<gid_t> m_former_groups;
};

/// Make the effective identity the only one, for good: between fork and exec. Async-signal-safe.
/// Returns 0, or an errno value.
[[nodiscard]] int settle_identity();

} // namespace vdeup
