#include "process/process_id.hpp"

#include "base/file_tree.hpp"
#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>

namespace vdeup::process {
namespace {

/// Field 22 of /proc/PID/stat, or 0. The name in field 2 can have blanks and parentheses in it.
std::uint64_t start_time_of(pid_t pid) {
  const auto text = FileTree{}.read(fmt::format("/proc/{}/stat", pid));
  const std::string_view line = text ? *text : std::string_view{};
  const auto fields = words_of(line.substr(std::min(line.rfind(')'), line.size())));
  constexpr std::size_t at = 20; // `)` is in front of field 3
  return fields.size() > at ? parse_number<std::uint64_t>(fields[at]).value_or(0) : 0;
}

} // namespace

ProcessId this_process() {
  return {::getpid(), start_time_of(::getpid())};
}

bool is_running(const ProcessId& id) {
  return id.start_time != 0 && start_time_of(id.pid) == id.start_time;
}

} // namespace vdeup::process
