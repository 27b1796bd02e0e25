#include "base/text.hpp"
#include "process/command.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace vdeup::process {
namespace {

enum class Found { no, not_executable, yes };

Found look_at(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) < 0)
    return Found::no;
  return S_ISREG(status.st_mode) && ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0
             ? Found::yes
             : Found::not_executable;
}

Error not_found(const std::string& word) {
  return Error{ErrorKind::program_missing,
               fmt::format("cannot run '{}'", printable(word)),
               "there is no such program",
               {}};
}

Error not_executable(const std::string& path) {
  return Error{ErrorKind::program_not_executable,
               fmt::format("cannot run '{}'", printable(path)),
               "it is not an executable file, or not for this user",
               {}};
}

Result<std::string> look_in(const std::string& word, std::string_view directories, bool only_absolute) {
  std::string refused;
  while (!directories.empty()) {
    const std::string_view directory = take_part(directories, ':');
    if (only_absolute && !directory.starts_with('/'))
      continue;
    const std::string path = fmt::format("{}/{}", directory.empty() ? "." : directory, word);
    const Found found = look_at(path);
    if (found == Found::yes)
      return path;
    if (found == Found::not_executable && refused.empty())
      refused = path;
  }
  return refused.empty() ? fail(not_found(word)) : fail(not_executable(refused));
}

std::string search_path() {
  const char* path = std::getenv("PATH");
  return path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path;
}

} // namespace

Result<std::string> find_program(const std::string& word) {
  if (word.empty())
    return fail(not_found(word));
  if (word.find('/') == std::string::npos)
    return look_in(word, search_path(), false);
  switch (look_at(word)) {
  case Found::yes:
    return word;
  case Found::not_executable:
    return fail(not_executable(word));
  case Found::no:
    break;
  }
  return fail(not_found(word));
}

Result<std::string> find_system_program(const std::string& word) {
  return look_in(word, search_path() + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", true);
}

} // namespace vdeup::process
