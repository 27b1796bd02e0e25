#include "config/profile_file.hpp"

#include "base/accounts.hpp"
#include "base/text.hpp"
#include "config/qemu_text.hpp"
#include "config/trusted_file.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace vdeup::config {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_suffix = ".conf";
constexpr std::string_view k_folder = "/vm";

Error no_profile(const std::string& word, std::string cause, std::string hint = {}) {
  return Error{ErrorKind::missing, fmt::format("cannot read the profile '{}'", printable(word)),
               std::move(cause), std::move(hint)};
}

/// What can be had instead of a name that is nowhere.
std::string known_names(const std::string& word, const std::vector<std::string>& directories) {
  std::vector<std::string> names;
  for (const std::string& directory : directories) {
    std::error_code ignored;
    for (fs::directory_iterator at{directory, ignored}; !ignored && at != fs::directory_iterator{};
         at.increment(ignored))
      if (at->path().extension() == k_suffix)
        names.push_back(printable(at->path().stem().string()));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  const std::string_view meant = nearest(word, {names.begin(), names.end()});
  if (!meant.empty())
    return fmt::format("did you mean '{}'?", meant);
  return names.empty() ? std::string{} : fmt::format("there are {}", fmt::join(names, ", "));
}

Result<Profile> parse(const std::string& text, const std::string& path, uid_t caller) {
  return parse_profile(text, ProfileOrigin{.path = path, .user = user_name(caller)});
}

/// True for a directory that the caller may not enter: `sudo -u` can leave HOME as another user has set it.
bool is_closed(const std::string& directory) {
  return ::faccessat(AT_FDCWD, directory.c_str(), X_OK, AT_EACCESS) < 0 && errno == EACCES;
}

} // namespace

std::vector<std::string> profile_directories(uid_t caller, const std::string& templates) {
  std::vector<std::string> directories;
  if (const auto personal = personal_directory(caller);
      personal && !is_closed(*personal + std::string{k_folder}))
    directories.push_back(*personal + std::string{k_folder});
  directories.push_back(fs::path{VDEUP_SYSTEM_CONFIG}.parent_path().string() + std::string{k_folder});
  directories.push_back(templates + std::string{k_folder});
  return directories;
}

Result<Profile> read_profile(const std::string& word, const std::vector<std::string>& directories,
                             uid_t caller) {
  if (word.find('/') != std::string::npos || word.ends_with(k_suffix)) {
    std::error_code error;
    const std::string path = fs::absolute(word, error).lexically_normal().string();
    TRY(auto text, read_trusted_file(path, caller));
    return text ? parse(*text, path, caller) : fail(no_profile(word, "there is no such file"));
  }
  if (!is_word(word, "._+-"))
    return fail(no_profile(word, "it is not a name", "write a file with a slash: `./FILE`"));
  for (const std::string& directory : directories) {
    const std::string path = fmt::format("{}/{}{}", directory, word, k_suffix);
    TRY(auto text, read_trusted_file(path, caller));
    if (text)
      return parse(*text, path, caller);
  }
  return fail(no_profile(word, fmt::format("it is not in {}", fmt::join(directories, ", ")),
                         known_names(word, directories)));
}

} // namespace vdeup::config
