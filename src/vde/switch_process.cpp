#include "vde/switch_process.hpp"

#include <fmt/format.h>

extern "C" { // glibc 2.36 forgot to say so itself
#include <sys/pidfd.h>
}

#include <dirent.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string>

namespace vdeup::vde {
namespace {

constexpr std::string_view k_name = "vde_switch";

/// What /proc/PID/status says: the name, and the real, effective, saved and file system uid.
bool is_switch_of(pid_t pid, uid_t owner) {
  std::ifstream file{fmt::format("/proc/{}/status", pid)};
  bool has_name = false;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words{line};
    std::string key;
    words >> key;
    if (key == "Name:") {
      std::string name;
      words >> name;
      has_name = name == k_name;
    }
    if (key != "Uid:")
      continue;
    std::array<uid_t, 4> uids{};
    for (uid_t& uid : uids)
      words >> uid;
    return has_name && words &&
           std::all_of(uids.begin(), uids.end(), [owner](uid_t uid) { return uid == owner; });
  }
  return false;
}

/// True if the command line has `-s DIR`.
bool serves(pid_t pid, const std::string& dir) {
  std::ifstream file{fmt::format("/proc/{}/cmdline", pid), std::ios::binary};
  std::string before;
  for (std::string word; std::getline(file, word, '\0'); before = word)
    if (before == "-s" && word == dir)
      return true;
  return false;
}

std::optional<pid_t> parse_pid(std::string_view name) {
  pid_t pid = 0;
  const char* const end = name.data() + name.size();
  const auto [at, error] = std::from_chars(name.data(), end, pid);
  return error == std::errc{} && at == end ? std::optional{pid} : std::nullopt;
}

} // namespace

Result<SwitchProcess> SwitchProcess::hold(pid_t pid, const Identity& owner) {
  const std::string what = fmt::format("will not touch process {}", pid);
  UniqueFd pidfd{::pidfd_open(pid, 0)};
  if (!pidfd) {
    Error error = errno_error(errno, what);
    error.kind = errno == ESRCH ? ErrorKind::missing : error.kind;
    return fail(std::move(error));
  }
  SwitchProcess process{std::move(pidfd), pid};
  const bool is_ours = is_switch_of(pid, owner.uid);
  // What was read of /proc/PID is about our process only if that has not ended before.
  if (process.wait_for_end(Deadline::after(std::chrono::milliseconds{0})))
    return fail(Error{ErrorKind::missing, what, "it has ended", {}});
  if (!is_ours)
    return fail(Error{ErrorKind::refused, what, fmt::format("it is not a vde_switch of {}", owner.name),
                      "end it yourself, or choose other sockets with -s and -S"});
  return process;
}

bool SwitchProcess::signal(int number) const {
  return ::pidfd_send_signal(m_pidfd.get(), number, nullptr, 0) == 0;
}

bool SwitchProcess::wait_for_end(const Deadline& deadline) const {
  for (;;) {
    pollfd wanted{.fd = m_pidfd.get(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&wanted, 1, deadline.poll_timeout());
    if (ready > 0)
      return true;
    if (ready == 0 || errno != EINTR)
      return false;
  }
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

std::vector<pid_t> find_switch_processes(const Scope& scope) {
  std::vector<pid_t> found;
  const UniqueDirectory proc{::opendir("/proc")};
  while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr) {
    const auto pid = parse_pid(entry->d_name);
    if (pid && is_switch_of(*pid, scope.owner.uid) && serves(*pid, scope.sockets.dir.str()) &&
        is_in_our_network(*pid))
      found.push_back(*pid);
  }
  return found;
}

} // namespace vdeup::vde
