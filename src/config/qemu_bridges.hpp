#pragma once

#include "config/policy.hpp"

namespace vdeup::config {

/// The bridges that qemu-bridge-helper attaches TAPs to, from `/etc/qemu/bridge.conf`: lines `allow
/// NAME|all`, `deny NAME|all` and `include FILE`. As in QEMU, the default is to deny, a deny overrides all
/// allows, and an included file that cannot be read is skipped: administrators grant bridges by the
/// permissions of such files. So read this with the user's rights only.
class QemuBridges {
 public:
  /// Read the file. A missing or invalid one allows nothing, nor one that others than root can write, or that
  /// includes such a file.
  [[nodiscard]] static QemuBridges read(const std::string& path, const Policy::Reader& reader);

  [[nodiscard]] Verdict evaluate(const IfName& bridge) const;
  /// True if it allows any bridge.
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
