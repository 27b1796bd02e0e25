#pragma once

#include "config/policy.hpp"

namespace vdeup::config {

/// The bridges that QEMU's own helper attaches TAPs to, by QEMU's file `/etc/qemu/bridge.conf`: lines `allow
/// NAME|all`, `deny NAME|all` and `include FILE`. As there, what is not allowed is denied, one deny beats all
/// allows, and an included file that cannot be read is left out: administrators let files that only some can
/// read say who may use a bridge. So this is to be read with no other rights than the user's.
class QemuBridges {
 public:
  /// Read the file. One that is missing or unsound allows nothing, and neither does one that is not root's
  /// alone or includes such a file.
  [[nodiscard]] static QemuBridges read(const std::string& path, const Policy::Reader& reader);

  [[nodiscard]] Verdict judge(const IfName& bridge) const;
  /// True if there is a bridge that it allows.
  [[nodiscard]] bool allows_any() const;

 private:
  struct Line {
    bool allows = false;
    std::string bridge; ///< or "all"
    std::string place;
  };
  [[nodiscard]] bool add(const std::string& path, const Policy::Reader& reader, unsigned depth);

  std::vector<Line> m_lines;
};

[[nodiscard]] QemuBridges read_qemu_bridges();

} // namespace vdeup::config
