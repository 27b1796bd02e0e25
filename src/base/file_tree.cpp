#include "base/file_tree.hpp"

#include "base/unique_fd.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <filesystem>

namespace vdeup {

std::optional<std::string> FileTree::read(const std::string& path, std::size_t max) const {
  // O_NONBLOCK: what is found under a name that we expect could be a pipe.
  const UniqueFd fd{::open((m_root + path).c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
  if (!fd)
    return std::nullopt;
  std::string text;
  std::array<char, 4096> chunk{};
  while (text.size() < max) {
    const ssize_t size = ::read(fd.get(), chunk.data(), std::min(chunk.size(), max - text.size()));
    if (size < 0 && errno == EINTR)
      continue;
    if (size < 0)
      return std::nullopt;
    if (size == 0)
      break;
    text.append(chunk.data(), static_cast<std::size_t>(size));
  }
  return text;
}

std::optional<std::string> FileTree::link(const std::string& path) const {
  std::array<char, PATH_MAX> target{};
  const ssize_t size = ::readlink((m_root + path).c_str(), target.data(), target.size());
  if (size < 0)
    return std::nullopt;
  return std::string{target.data(), static_cast<std::size_t>(size)};
}

std::optional<std::vector<std::string>> FileTree::names(const std::string& path) const {
  const UniqueDirectory directory{::opendir((m_root + path).c_str())};
  if (!directory)
    return std::nullopt;
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name{static_cast<const char*>(entry->d_name)};
    if (name != "." && name != "..")
      names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string FileTree::resolve(const std::string& path) const {
  std::error_code error;
  const std::string found = std::filesystem::weakly_canonical(m_root + path, error);
  return error || !found.starts_with(m_root) ? path : found.substr(m_root.size());
}

bool FileTree::exists(const std::string& path) const {
  struct stat status {};
  return ::stat((m_root + path).c_str(), &status) == 0;
}

} // namespace vdeup
