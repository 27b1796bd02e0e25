#pragma once

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"

#include <cstdint>
#include <string>

namespace vdeup::kernel {

/// Hears that something has changed, from its opening on. What it was, the one who waits looks up anew: then
/// nothing depends on announcements that are lost.
class KernelEvents {
 public:
  /// `groups`: RTMGRP_* in linux/rtnetlink.h. `what` names in errors what is waited for.
  [[nodiscard]] static Result<KernelEvents> open(std::uint32_t groups, std::string what);

  /// Look until `is_so` says true, again after each change. `is_so` gives a Result<bool>.
  /// Errors: those of `is_so`; timed_out at the deadline.
  template <class Condition>
  [[nodiscard]] Result<> wait_until(Condition is_so, const Deadline& deadline) const {
    for (;;) {
      drain();
      TRY(auto so, is_so());
      if (so)
        return ok();
      TRY(wait(deadline));
    }
  }

 private:
  KernelEvents(UniqueFd socket, std::string what) : m_socket(std::move(socket)), m_what(std::move(what)) {}
  void drain() const;
  [[nodiscard]] Result<> wait(const Deadline& deadline) const;

  UniqueFd m_socket;
  std::string m_what;
};

} // namespace vdeup::kernel
