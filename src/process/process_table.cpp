#include "process/process_table.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace vdeup::process {
namespace {

/// `PID (NAME) STATE PARENT GROUP SESSION TERMINAL …`, where NAME can hold anything, also `) `.
std::optional<Process> parse_stat(pid_t pid, std::string_view line) {
  const std::size_t open = line.find('(');
  const std::size_t close = line.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open)
    return std::nullopt;
  constexpr std::size_t parent = 1;
  constexpr std::size_t terminal = 4;
  const auto words = words_of(line.substr(close + 1));
  if (words.size() <= terminal)
    return std::nullopt;
  return Process{.pid = pid,
                 .parent = parse_number<pid_t>(words[parent]).value_or(0),
                 .name = std::string{line.substr(open + 1, close - open - 1)},
                 .terminal = parse_number<std::uint32_t>(words[terminal]).value_or(0)};
}

/// The inode in `socket:[12345]`.
std::optional<std::uint64_t> parse_socket(std::string_view link) {
  constexpr std::string_view prefix = "socket:[";
  if (!link.starts_with(prefix) || !link.ends_with(']'))
    return std::nullopt;
  return parse_number<std::uint64_t>(link.substr(prefix.size(), link.size() - prefix.size() - 1));
}

} // namespace

std::string Process::str() const {
  return fmt::format("process {} is {}", pid, printable(name));
}

ProcessTable ProcessTable::read(const FileTree& tree) {
  ProcessTable table{tree};
  for (const std::string& name : tree.names("/proc").value_or(std::vector<std::string>{})) {
    const auto pid = parse_number<pid_t>(name);
    const auto line = pid ? tree.read(fmt::format("/proc/{}/stat", *pid)) : std::nullopt;
    auto process = line ? parse_stat(*pid, *line) : std::nullopt;
    if (process)
      table.m_processes.emplace(process->pid, std::move(*process));
  }
  return table;
}

std::vector<Process> ProcessTable::ancestry(pid_t first) const {
  std::vector<Process> line;
  // A pid that was used again while we read could close a circle; nobody has that many ancestors.
  constexpr std::size_t most = 1000;
  for (auto at = m_processes.find(first); at != m_processes.end() && line.size() < most;
       at = m_processes.find(at->second.parent))
    line.push_back(at->second);
  return line;
}

std::vector<Process> ProcessTable::named(std::string_view name) const {
  std::vector<Process> found;
  for (const auto& [pid, process] : m_processes)
    if (process.name == name)
      found.push_back(process);
  return found;
}

std::optional<std::string> ProcessTable::file(pid_t pid, std::string_view name) const {
  return m_tree.read(fmt::format("/proc/{}/{}", pid, name));
}

std::optional<std::vector<std::uint64_t>> ProcessTable::sockets(pid_t pid) const {
  const std::string directory = fmt::format("/proc/{}/fd", pid);
  const auto names = m_tree.names(directory);
  if (!names)
    return std::nullopt;
  std::vector<std::uint64_t> inodes;
  for (const std::string& name : *names) {
    const auto link = m_tree.link(directory + "/" + name);
    if (const auto inode = link ? parse_socket(*link) : std::nullopt)
      inodes.push_back(*inode);
  }
  return inodes;
}

std::vector<Process> ProcessTable::holders(std::uint64_t socket) const {
  std::vector<Process> found;
  for (const auto& [pid, process] : m_processes) {
    const auto held = sockets(pid);
    if (held && std::find(held->begin(), held->end(), socket) != held->end())
      found.push_back(process);
  }
  return found;
}

std::optional<std::string> ProcessTable::variable(pid_t pid, std::string_view name) const {
  const auto environment = file(pid, "environ");
  if (!environment)
    return std::nullopt;
  for (const std::string_view entry : split(*environment, '\0'))
    if (entry.starts_with(name) && entry.substr(name.size(), 1) == "=")
      return std::string{entry.substr(name.size() + 1)};
  return std::nullopt;
}

std::vector<std::string> ProcessTable::words(pid_t pid) const {
  const auto line = file(pid, "cmdline");
  std::vector<std::string> words;
  for (const std::string_view word : split(line ? *line : std::string_view{}, '\0'))
    words.emplace_back(word);
  if (!words.empty() && words.back().empty())
    words.pop_back(); // what stands behind the last zero
  return words;
}

std::optional<uid_t> ProcessTable::user(pid_t pid) const {
  const auto status = file(pid, "status");
  for (const std::string_view line : split(status ? *status : std::string_view{}, '\n')) {
    const auto words = words_of(line);
    constexpr std::size_t effective = 2;
    if (words.size() > effective && words.front() == "Uid:")
      if (const auto uid = parse_number<uid_t>(words[effective]))
        return uid;
  }
  return std::nullopt;
}

std::optional<std::string> ProcessTable::login_session(pid_t pid) const {
  constexpr std::string_view begin = "/session-";
  constexpr std::string_view end = ".scope";
  const auto cgroup = file(pid, "cgroup");
  const std::string_view text = cgroup ? *cgroup : std::string_view{};
  const std::size_t at = text.find(begin);
  const std::size_t until = text.find(end, at == std::string_view::npos ? at : at + begin.size());
  if (at == std::string_view::npos || until == std::string_view::npos)
    return std::nullopt;
  std::string id{text.substr(at + begin.size(), until - at - begin.size())};
  const auto is_plain = [](unsigned char c) { return std::isalnum(c) != 0; };
  return !id.empty() && std::all_of(id.begin(), id.end(), is_plain) ? std::optional{std::move(id)}
                                                                    : std::nullopt;
}

} // namespace vdeup::process
