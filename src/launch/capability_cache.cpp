#include "launch/capability_cache.hpp"

#include "base/hash.hpp"
#include "process/command.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace vdeup::launch {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds k_probe_patience{20};       ///< for all questions
constexpr std::string_view k_format_line = "vdeup QEMU 3"; ///< changes with what an entry holds
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

/// Take over one line of an entry: a word, and what belongs to it.
void read_line(const std::string& line, qemu::Capabilities& found) {
  std::istringstream words{line};
  std::string name;
  words >> name;
  if (name == "version")
    words >> found.version.major >> found.version.minor;
  for (std::string word; words >> word;) {
    if (name == "nic")
      found.nic_models.push_back(word);
    found.has_dgram = found.has_dgram || (name == "netdev" && word == "dgram");
    found.has_socket = found.has_socket || (name == "netdev" && word == "socket");
    found.has_vde = found.has_vde || (name == "netdev" && word == "vde");
  }
}

std::optional<qemu::Capabilities> read_entry(const fs::path& file, const std::string& expected) {
  if (!is_ours(file.parent_path()))
    return std::nullopt;
  std::ifstream stream{file};
  std::string line;
  if (!std::getline(stream, line) || line != k_format_line)
    return std::nullopt;
  if (!std::getline(stream, line) || line != expected)
    return std::nullopt;
  qemu::Capabilities found{.has_socket = false};
  while (std::getline(stream, line)) {
    if (line == k_end_line)
      return found;
    read_line(line, found);
  }
  return std::nullopt; // cut off
}

std::string entry_text(const std::string& first_line, const qemu::Capabilities& found) {
  return fmt::format("{}\n{}\nversion {} {}\nnetdev{}{}{}\nnic {}\n{}\n", k_format_line, first_line,
                     found.version.major, found.version.minor, found.has_dgram ? " dgram" : "",
                     found.has_socket ? " socket" : "", found.has_vde ? " vde" : "",
                     fmt::join(found.nic_models, " "), k_end_line);
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
    stream << entry_text(first_line, found);
    if (!stream.flush())
      return;
  }
  fs::rename(draft, file, ignored);
}

/// What the program prints when it is asked. Nothing if it fails, or says nothing: that is no answer.
std::optional<std::string> ask(const std::string& program, std::vector<std::string> question,
                               const Deadline& deadline) {
  auto outcome = process::run({.program = program, .args = std::move(question)}, deadline);
  if (!outcome || outcome.value().exit_status != 0 || outcome.value().output.empty())
    return std::nullopt;
  return std::move(outcome).value().output;
}

/// Ask a question that QEMU answers once it has a machine. ARM has none by default; a build with KVM alone
/// has an accelerator for tests if there is no KVM; QEMU before 1.2 has no machine `none`.
std::optional<std::string> ask_with_machine(const std::string& program, const std::string& option,
                                            const Deadline& deadline) {
  const std::vector<std::vector<std::string>> machines{
      {"-machine", "none"}, {"-accel", "qtest", "-machine", "none"}, {}};
  for (std::vector<std::string> question : machines) {
    question.insert(question.end(), {option, "help"});
    if (auto answer = ask(program, std::move(question), deadline))
      return answer;
  }
  return std::nullopt;
}

/// What a program has answered; a question without an answer leaves the default.
struct Probed {
  qemu::Capabilities capabilities{};
  bool is_complete = false; ///< every question was answered
};

Probed probe(const std::string& program) {
  const auto deadline = Deadline::after(k_probe_patience);
  const auto version = ask(program, {"-version"}, deadline);
  if (!version)
    return {};
  const auto netdevs = ask_with_machine(program, "-netdev", deadline);
  const auto devices = ask_with_machine(program, "-device", deadline);
  return {
      .capabilities = qemu::read_capabilities(
          {.netdev_help = netdevs.value_or(""), .device_help = devices.value_or(""), .version = *version}),
      .is_complete = netdevs && devices};
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
  auto probed = probe(resolved);
  if (entry && probed.is_complete)
    write_entry(*entry, *first_line, probed.capabilities);
  return std::move(probed.capabilities);
}

} // namespace vdeup::launch
