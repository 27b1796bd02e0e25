#include "base/file_tree.hpp"

#include "base/unique_fd.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <filesystem>

namespace vdeup {

std::optional<std::string> FileTree::read(const std::string& path) const {
  constexpr std::size_t most = 1U << 20U;
  // O_NONBLOCK: what is found under a name that we expect could be a pipe.
  const UniqueFd fd{::open((m_root + path).c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
  if (!fd)
    return std::nullopt;
  std::string text;
  std::array<char, 4096> chunk{};
  while (text.size() < most) {
    const ssize_t size = ::read(fd.get(), chunk.data(), chunk.size());
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

std::optional<std::string> value_of(std::string_view lines, std::string_view key) {
  for (std::string_view line : split(lines, '\n')) {
    if (!line.starts_with(key) || line.substr(key.size(), 1) != "=")
      continue;
    line.remove_prefix(key.size() + 1);
    if (line.size() >= 2 && line.front() == line.back() && (line.front() == '"' || line.front() == '\''))
      line = line.substr(1, line.size() - 2);
    return std::string{line};
  }
  return std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos)
      return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  constexpr std::string_view blanks = " \t";
  for (std::size_t begin = 0; (begin = text.find_first_not_of(blanks, begin)) != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(blanks, begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

std::optional<unsigned long> to_number(std::string_view word) {
  unsigned long number = 0;
  const char* const end = word.data() + word.size();
  const auto [at, error] = std::from_chars(word.data(), end, number);
  return error == std::errc{} && at == end && !word.empty() ? std::optional{number} : std::nullopt;
}

} // namespace vdeup
