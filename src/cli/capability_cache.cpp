#include "cli/capability_cache.hpp"

#include "base/hash.hpp"
#include "process/command.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

namespace vdeup::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds k_probe_patience{10};
constexpr std::string_view k_dgram_line = "netdev dgram";
constexpr std::string_view k_end_line = "end";

std::optional<fs::path> cache_directory() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/')
    return fs::path{cache} / "vdeup";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
    return fs::path{home} / ".cache" / "vdeup";
  return std::nullopt;
}

/// A cache in somebody else's home (sudo with HOME kept) is neither believed nor written to.
bool is_ours(const fs::path& cache) {
  struct stat status {};
  return ::lstat(cache.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == ::geteuid();
}

/// The line that a cache entry begins with; another binary under the same path has another one.
std::optional<std::string> fingerprint(const std::string& program) {
  struct stat status {};
  if (::stat(program.c_str(), &status) < 0)
    return std::nullopt;
  return fmt::format("{} {} {} {}.{:09}", program, status.st_size, status.st_ino, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec);
}

std::optional<qemu::Capabilities> read_entry(const fs::path& file, const std::string& expected) {
  if (!is_ours(file.parent_path()))
    return std::nullopt;
  std::ifstream stream{file};
  std::string line;
  if (!std::getline(stream, line) || line != expected)
    return std::nullopt;
  qemu::Capabilities found;
  while (std::getline(stream, line)) {
    if (line == k_end_line)
      return found;
    found.has_dgram = found.has_dgram || line == k_dgram_line;
  }
  return std::nullopt; // cut off
}

void write_entry(const fs::path& file, const std::string& first_line, const qemu::Capabilities& found) {
  std::error_code ignored;
  fs::create_directory(file.parent_path().parent_path(), ignored); // never the home itself
  fs::create_directory(file.parent_path(), ignored);
  if (!is_ours(file.parent_path()))
    return;
  const fs::path draft = fmt::format("{}.{}", file.string(), ::getpid());
  {
    std::ofstream stream{draft};
    stream << first_line << '\n' << (found.has_dgram ? k_dgram_line : "") << '\n' << k_end_line << '\n';
    if (!stream.flush())
      return;
  }
  fs::rename(draft, file, ignored);
}

std::optional<qemu::Capabilities> probe(const std::string& program) {
  process::Command command{.program = program, .args = {"-netdev", "help"}};
  auto outcome = process::run(command, Deadline::after(k_probe_patience));
  if (!outcome || outcome.value().exit_status != 0)
    return std::nullopt;
  return qemu::parse_netdev_help(outcome.value().output);
}

} // namespace

qemu::Capabilities capabilities_of(const std::string& program) {
  std::error_code ignored;
  const std::string resolved = fs::canonical(program, ignored).string();
  const auto first_line = fingerprint(resolved);
  if (resolved.empty() || !first_line || !qemu::is_qemu_name(fs::path{resolved}.filename().string()))
    return {};
  std::optional<fs::path> entry;
  if (const auto directory = cache_directory(); directory && is_ours(directory->parent_path().parent_path()))
    entry = *directory / fmt::format("qemu-{:016x}", stable_hash({resolved}));
  if (entry)
    if (const auto cached = read_entry(*entry, *first_line))
      return *cached;
  const auto found = probe(resolved);
  if (!found)
    return {};
  if (entry)
    write_entry(*entry, *first_line, *found);
  return *found;
}

} // namespace vdeup::cli
