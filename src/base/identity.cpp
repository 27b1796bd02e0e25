#include "base/identity.hpp"

#include <grp.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace vdeup {
namespace {

Result<std::vector<gid_t>> current_groups() {
  const int count = ::getgroups(0, nullptr);
  if (count < 0)
    return fail(errno_error(errno, "cannot read the groups of this process"));
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  if (::getgroups(count, groups.data()) < 0)
    return fail(errno_error(errno, "cannot read the groups of this process"));
  return groups;
}

} // namespace

Result<ActingAs> ActingAs::enter(const Identity& identity) {
  ActingAs acting;
  acting.m_former_uid = ::geteuid();
  acting.m_former_gid = ::getegid();
  if (identity.uid == acting.m_former_uid)
    return acting;

  TRY(acting.m_former_groups, current_groups());
  const std::string what = "cannot act as user " + identity.name;
  const std::string hint = "only root can work for another user";
  // Groups first: once the effective uid is gone, so is the right to change groups.
  if (::initgroups(identity.name.c_str(), identity.gid) < 0)
    return fail(errno_error(errno, what, hint));
  acting.m_active = true; // from here on the destructor restores, however far we come
  if (::setegid(identity.gid) < 0 || ::seteuid(identity.uid) < 0)
    return fail(errno_error(errno, what, hint));
  return acting;
}

ActingAs::ActingAs(ActingAs&& other) noexcept
    : m_active(std::exchange(other.m_active, false)),
      m_former_uid(other.m_former_uid),
      m_former_gid(other.m_former_gid),
      m_former_groups(std::move(other.m_former_groups)) {}

ActingAs::~ActingAs() {
  if (!m_active)
    return;
  if (::seteuid(m_former_uid) < 0 || ::setegid(m_former_gid) < 0 ||
      ::setgroups(m_former_groups.size(), m_former_groups.data()) < 0)
    std::abort();
}

int settle_identity() {
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  // The group first, for the same reason as above. Nothing is left to go back to.
  if (::setresgid(gid, gid, gid) < 0 || ::setresuid(uid, uid, uid) < 0)
    return errno;
  return 0;
}

} // namespace vdeup
