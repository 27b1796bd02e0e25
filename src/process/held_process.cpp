#include "process/held_process.hpp"

#include "base/file_tree.hpp"
#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

extern "C" { // glibc 2.36 forgot to say so itself
#include <sys/pidfd.h>
}

#include <dirent.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string>

namespace vdeup::process {
namespace {

/// What /proc/PID/status says: the name, and the real, effective, saved and file system uid.
struct Status {
  std::string name{};
  std::array<uid_t, 4> uids{};

  [[nodiscard]] bool is_of(uid_t owner) const {
    return std::all_of(uids.begin(), uids.end(), [owner](uid_t uid) { return uid == owner; });
  }
};

std::optional<Status> read_status(pid_t pid) {
  const auto text = FileTree{}.read(fmt::format("/proc/{}/status", pid));
  Status status;
  for (const std::string_view line : split(text ? *text : std::string_view{}, '\n')) {
    const auto words = words_of(line);
    if (words.size() > 1 && words[0] == "Name:")
      status.name = words[1];
    if (words.size() <= status.uids.size() || words[0] != "Uid:")
      continue;
    for (std::size_t i = 0; i < status.uids.size(); ++i) {
      const auto uid = parse_number<uid_t>(words[i + 1]);
      if (!uid)
        return std::nullopt;
      status.uids.at(i) = *uid;
    }
    return status;
  }
  return std::nullopt;
}

bool is_process_of(pid_t pid, uid_t owner, std::string_view program) {
  const auto status = read_status(pid);
  return status && status->name == program && status->is_of(owner);
}

/// The words of a file in which each ends with a NUL. Their number is limited because the process chooses it.
std::vector<std::string> read_words(const std::string& path) {
  constexpr std::size_t max = 256UL * 1024;
  const auto text = FileTree{}.read(path, max);
  std::string_view rest = text ? *text : std::string_view{};
  std::vector<std::string> words;
  while (!rest.empty())
    words.emplace_back(take_part(rest, '\0'));
  return words;
}

} // namespace

bool is_users(pid_t pid, uid_t user) {
  const auto status = read_status(pid);
  return status && status->is_of(user);
}

Result<std::optional<HeldProcess>> HeldProcess::hold(pid_t pid, const Identity& owner,
                                                     std::string_view program) {
  const std::string what = fmt::format("will not touch process {}", pid);
  UniqueFd pidfd{::pidfd_open(pid, 0)};
  if (!pidfd && errno != ESRCH)
    return fail(errno_error(errno, what));
  std::optional<HeldProcess> process;
  if (!pidfd)
    return process;
  process = HeldProcess{std::move(pidfd), pid};
  const bool is_ours = is_process_of(pid, owner.uid, program);
  // What was read of /proc/PID is about our process only if that has not ended before.
  if (process->wait_for_end(Deadline::after(std::chrono::milliseconds{0})))
    return std::optional<HeldProcess>{};
  if (!is_ours)
    return fail(Error{ErrorKind::refused, what, fmt::format("it is not a {} of {}", program, owner.name),
                      "end it yourself"});
  return process;
}

bool HeldProcess::signal(int number) const {
  return ::pidfd_send_signal(m_pidfd.get(), number, nullptr, 0) == 0;
}

bool HeldProcess::wait_for_end(const Deadline& deadline) const {
  for (;;) {
    pollfd wanted{.fd = m_pidfd.get(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&wanted, 1, deadline.poll_timeout());
    if (ready > 0)
      return true;
    if (ready == 0 || errno != EINTR)
      return false;
  }
}

bool HeldProcess::end(std::chrono::milliseconds timeout) const {
  return (signal(SIGTERM) && wait_for_end(Deadline::after(timeout))) ||
         (signal(SIGKILL) && wait_for_end(Deadline::after(timeout))) ||
         wait_for_end(Deadline::after(std::chrono::milliseconds{0}));
}

/// Namespaces are the same if their inodes are, namespaces(7).
bool is_in_our_network(pid_t pid) {
  struct stat ours {};
  struct stat theirs {};
  if (::stat("/proc/self/ns/net", &ours) < 0 ||
      ::stat(fmt::format("/proc/{}/ns/net", pid).c_str(), &theirs) < 0)
    return true;
  return ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev;
}

std::vector<std::string> command_line_of(pid_t pid) {
  return read_words(fmt::format("/proc/{}/cmdline", pid));
}

std::vector<std::string> environment_of(pid_t pid) {
  return read_words(fmt::format("/proc/{}/environ", pid));
}

std::vector<std::string> without_program(std::vector<std::string> words) {
  words.erase(words.begin(), words.begin() + (words.empty() ? 0 : 1));
  return words;
}

std::vector<pid_t> find_processes(uid_t owner, std::string_view program, const CommandLineTest& test) {
  std::vector<pid_t> found;
  const UniqueDirectory proc{::opendir("/proc")};
  while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr) {
    const auto pid = parse_number<pid_t>(entry->d_name);
    if (pid && is_process_of(*pid, owner, program) && test(command_line_of(*pid)) && is_in_our_network(*pid))
      found.push_back(*pid);
  }
  return found;
}

} // namespace vdeup::process
