#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup {

/// The files of a host, read-only: of this one, or a copy of another's under a directory.
class FileTree {
 public:
  FileTree() = default;
  /// `root` is put before every path; it has no slash at its end.
  explicit FileTree(std::string root) : m_root(std::move(root)) {}

  static constexpr std::size_t k_max_file = std::size_t{1} << 20U;

  /// The content of a file, its first `max` bytes; nothing if it cannot be read.
  [[nodiscard]] std::optional<std::string> read(const std::string& path, std::size_t max = k_max_file) const;
  /// The target of a symbolic link; nothing if it is none or cannot be read.
  [[nodiscard]] std::optional<std::string> link(const std::string& path) const;
  /// The names in a directory, sorted; nothing if it cannot be read.
  [[nodiscard]] std::optional<std::vector<std::string>> names(const std::string& path) const;
  /// The path with all symbolic links resolved, still of that host.
  [[nodiscard]] std::string resolve(const std::string& path) const;
  [[nodiscard]] bool exists(const std::string& path) const;

 private:
  std::string m_root;
};

} // namespace vdeup
