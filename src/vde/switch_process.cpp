#include "vde/switch_process.hpp"

#include <algorithm>

namespace vdeup::vde {

Result<std::optional<process::HeldProcess>> hold_process(pid_t pid, const Identity& owner,
                                                         std::string_view program) {
  auto process = process::HeldProcess::hold(pid, owner, program);
  if (!process && process.error().kind() == ErrorKind::refused)
    process.error().set_hints("end it yourself, or choose other sockets with -s and -S");
  return process;
}

std::vector<pid_t> find_switch_processes(const Scope& scope) {
  const std::vector<std::string> serves{"-s", scope.sockets.dir.str()};
  return process::find_processes(
      scope.owner.uid, k_switch_program, [&serves](const std::vector<std::string>& words) {
        return std::search(words.begin(), words.end(), serves.begin(), serves.end()) != words.end();
      });
}

} // namespace vdeup::vde
