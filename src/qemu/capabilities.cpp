#include "qemu/capabilities.hpp"

namespace vdeup::qemu {

Capabilities parse_netdev_help(std::string_view help) {
  Capabilities found;
  while (!help.empty()) {
    const std::size_t end = help.find('\n');
    std::string_view line = help.substr(0, end);
    help.remove_prefix(end == std::string_view::npos ? help.size() : end + 1);
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    found.has_dgram = found.has_dgram || line == "dgram";
  }
  return found;
}

bool is_qemu_name(std::string_view basename) {
  return basename.starts_with("qemu-system-") || basename == "qemu" || basename == "kvm" ||
         basename == "qemu-kvm";
}

} // namespace vdeup::qemu
