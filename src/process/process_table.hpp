#pragma once

#include "base/file_tree.hpp"

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup::process {

/// A process as /proc/PID/stat shows it to everybody.
struct Process {
  pid_t pid = 0;
  pid_t parent = 0;           ///< 0: none that we can see
  std::string name;           ///< at most 15 bytes of it, chosen by the process itself
  std::uint32_t terminal = 0; ///< device number of its controlling terminal, or 0

  [[nodiscard]] std::string str() const; ///< for people: "process 7 is dhclient"
};

/// The processes of a host at one moment; other facts are read from /proc on request.
class ProcessTable {
 public:
  [[nodiscard]] static ProcessTable read(const FileTree& tree);

  /// The process, its parent, and so on up to the first one; none if `first` has ended.
  [[nodiscard]] std::vector<Process> ancestry(pid_t first) const;
  [[nodiscard]] std::vector<Process> named(std::string_view name) const;

  /// The inodes of its sockets; nothing if they cannot be read.
  [[nodiscard]] std::optional<std::vector<std::uint64_t>> sockets(pid_t pid) const;
  /// The processes that have a socket open, of those that can be read.
  [[nodiscard]] std::vector<Process> holders(std::uint64_t socket) const;
  /// A variable of its initial environment; nothing if it is not set or cannot be read.
  [[nodiscard]] std::optional<std::string> variable(pid_t pid, std::string_view name) const;
  /// The words of its command line.
  [[nodiscard]] std::vector<std::string> words(pid_t pid) const;
  /// The user that it acts as.
  [[nodiscard]] std::optional<uid_t> user(pid_t pid) const;
  /// The id of the session of systemd-logind that it belongs to, if any.
  [[nodiscard]] std::optional<std::string> login_session(pid_t pid) const;

 private:
  explicit ProcessTable(FileTree tree) : m_tree(std::move(tree)) {}
  [[nodiscard]] std::optional<std::string> file(pid_t pid, std::string_view name) const;

  FileTree m_tree;
  std::map<pid_t, Process> m_processes;
};

} // namespace vdeup::process
