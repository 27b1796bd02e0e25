#include "model/access.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

namespace vdeup {

mode_t SwitchAccess::directory_mode() const {
  switch (kind) {
  case Kind::owner:
    return S_IRWXU;
  case Kind::group_id:
    return S_IRWXU | S_ISGID;
  case Kind::shared:
    break;
  }
  // Without w for the group: else each of its users could put a socket of his own in the place of `ctl`.
  return S_IRWXU | S_ISGID | S_IRGRP | S_IXGRP;
}

bool grants(const SwitchAccess& observed, const SwitchAccess& wanted) {
  using Kind = SwitchAccess::Kind;
  const bool is_kind =
      observed.kind == wanted.kind || (wanted.kind == Kind::owner && observed.kind == Kind::group_id);
  const bool is_group = !wanted.group || !observed.group || observed.group->gid == wanted.group->gid;
  return is_kind && is_group;
}

std::string describe(const SwitchAccess& access) {
  const std::string mode = mode_text(access.directory_mode());
  if (access.kind == SwitchAccess::Kind::shared)
    return fmt::format("shared with group {} ({})", access.group ? access.group->name : "of its owner", mode);
  return access.group ? fmt::format("for its owner only ({}, group {})", mode, access.group->name)
                      : fmt::format("for its owner only ({})", mode);
}

std::string mode_text(mode_t mode) {
  std::string text = "rwxrwxrwx";
  for (std::size_t bit = 0; bit < text.size(); ++bit)
    if ((mode & (mode_t{S_IRUSR} >> bit)) == 0)
      text[bit] = '-';
  const auto special = [&](mode_t flag, std::size_t at, char with_x, char without_x) {
    if ((mode & flag) != 0)
      text[at] = text[at] == 'x' ? with_x : without_x;
  };
  special(S_ISUID, 2, 's', 'S');
  special(S_ISGID, 5, 's', 'S');
  special(S_ISVTX, 8, 't', 'T');
  return text;
}

} // namespace vdeup
