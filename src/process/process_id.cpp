#include "process/process_id.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace vdeup::process {
namespace {

/// Field 22 of /proc/PID/stat, or 0. The name in field 2 can have blanks and parentheses in it.
std::uint64_t start_time_of(pid_t pid) {
  std::ifstream file{fmt::format("/proc/{}/stat", pid)};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos)
    return 0;
  std::istringstream fields{text.substr(name_end + 1)};
  constexpr int fields_between = 19;
  std::string skipped;
  for (int i = 0; i < fields_between; ++i)
    fields >> skipped;
  std::uint64_t start_time = 0;
  fields >> start_time;
  return fields ? start_time : 0;
}

} // namespace

ProcessId this_process() {
  return {::getpid(), start_time_of(::getpid())};
}

bool is_running(const ProcessId& id) {
  return id.start_time != 0 && start_time_of(id.pid) == id.start_time;
}

} // namespace vdeup::process
