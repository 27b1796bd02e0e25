#include "base/text.hpp"
#include "process/command.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace vdeup::process {
namespace {

std::vector<char*> to_pointers(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const std::string& word : words)
    pointers.push_back(const_cast<char*>(word.c_str())); // execve does not write to them
  pointers.push_back(nullptr);
  return pointers;
}

ErrorKind kind_of_exec_failure(int error_number) {
  return error_number == ENOENT ? ErrorKind::program_missing : ErrorKind::program_not_executable;
}

} // namespace

Error exec_in_place(const std::string& program, const std::vector<std::string>& argv,
                    const std::vector<std::string>& environment) {
  const auto argument_pointers = to_pointers(argv);
  const auto environment_pointers = to_pointers(environment);
  ::execve(program.c_str(), argument_pointers.data(), environment_pointers.data());
  const int error_number = errno;
  return Error{kind_of_exec_failure(error_number),
               fmt::format("cannot run '{}'", printable(program)),
               errno_text(error_number),
               {}};
}

} // namespace vdeup::process
