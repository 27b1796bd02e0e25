#include "config/qemu_bridges.hpp"

#include "base/text.hpp"
#include "config/trusted_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::config {
namespace {

constexpr const char* k_file = "/etc/qemu/bridge.conf";
constexpr std::string_view k_blanks = " \t\r\v\f";
constexpr unsigned k_max_include_depth = 8;
constexpr std::size_t k_max_lines = 1024;

} // namespace

bool QemuBridges::add(const std::string& path, const Policy::Reader& reader, unsigned depth) {
  if (depth > k_max_include_depth)
    return false;
  const auto text = reader(path);
  if (!text && text.error().kind() == ErrorKind::refused)
    return false; // QEMU would read it, and find the line that denies
  if (!text || !text.value())
    return depth > 0; // only an included file may be missing, or not be this user's to read
  std::size_t number = 0;
  for (const std::string_view line : split(*text.value(), '\n')) {
    ++number;
    const auto words = words_of(line, k_blanks);
    if (words.empty() || words.front().starts_with('#'))
      continue;
    if (words.size() != 2 || m_lines.size() >= k_max_lines)
      return false;
    const std::string_view verb = words.front();
    const std::string argument{words.back()};
    if (verb == "include") {
      if (!add(argument, reader, depth + 1))
        return false;
    } else if (verb == "allow" || verb == "deny") {
      m_lines.push_back({verb == "allow", argument, fmt::format("line {} of {}", number, printable(path))});
    } else {
      return false;
    }
  }
  return true;
}

QemuBridges QemuBridges::read(const std::string& path, const Policy::Reader& reader) {
  QemuBridges bridges;
  if (!bridges.add(path, reader, 0))
    bridges.m_lines.clear(); // half of it may lack the line that denies
  return bridges;
}

Verdict QemuBridges::evaluate(const IfName& bridge) const {
  Verdict verdict;
  for (const Line& line : m_lines) {
    if (line.bridge != bridge.str() && line.bridge != "all")
      continue;
    if (!line.allows)
      return Verdict{Verdict::Kind::denied, line.place};
    verdict = Verdict{Verdict::Kind::allowed, line.place, line.bridge == "all"};
  }
  return verdict;
}

bool QemuBridges::allows_any() const {
  return std::any_of(m_lines.begin(), m_lines.end(), [](const Line& line) { return line.allows; });
}

QemuBridges read_qemu_bridges() {
  return QemuBridges::read(k_file, read_root_file);
}

} // namespace vdeup::config
