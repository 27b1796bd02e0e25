#include "managers/runtime_files.hpp"

#include "base/unique_fd.hpp"
#include "managers/unmanaged_files.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string_view>

namespace vdeup::managers {
namespace {

constexpr mode_t k_directory_mode = 0755;
constexpr mode_t k_file_mode = 0644;

struct Place {
  std::string directory;
  std::string name;
};

Result<Place> place_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "" : path.substr(0, slash);
  const std::string name = path.substr(slash + 1);
  const bool is_a_managers = directory == runtime_directory(NicManager::Kind::networkd) ||
                             directory == runtime_directory(NicManager::Kind::network_manager);
  if (is_a_managers && !name.empty() && name.front() != '.')
    return Place{directory, name};
  return fail(Error{ErrorKind::refused,
                    fmt::format("will not touch {}", path),
                    "it is no file of a manager below /run",
                    {}});
}

bool is_safe(const struct stat& status) {
  return (status.st_uid == 0 || status.st_uid == ::geteuid()) && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/// One step down, never over a symbolic link.
Result<UniqueFd> enter(int parent, const std::string& name, const std::string& path) {
  UniqueFd entered{::openat(parent, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  struct stat status {};
  if (!entered || ::fstat(entered.get(), &status) < 0)
    return fail(errno_error(errno, fmt::format("cannot use {}", path)));
  if (!is_safe(status))
    return fail(Error{
        ErrorKind::refused, fmt::format("will not use {}", path), "others than root can write there", {}});
  return entered;
}

/// Walk down to a directory. `made` is told of the directories that were missing; without it nothing is made,
/// and no descriptor is returned.
Result<UniqueFd> walk(const std::string& directory, std::set<std::string>* made) {
  UniqueFd at{::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)};
  std::size_t begin = 1;
  while (begin < directory.size()) {
    const std::size_t end = std::min(directory.find('/', begin), directory.size());
    const std::string name = directory.substr(begin, end - begin);
    const std::string path = directory.substr(0, end);
    if (made != nullptr && ::mkdirat(at.get(), name.c_str(), k_directory_mode) == 0)
      made->insert(path);
    auto entered = enter(at.get(), name, path);
    if (!entered && entered.error().kind() == ErrorKind::missing && made == nullptr)
      return UniqueFd{};
    TRY(at, std::move(entered));
    begin = end + 1;
  }
  return at;
}

/// What a file says; nothing if it is not there. What is no file says nothing.
Result<std::optional<std::string>> read(int directory, const std::string& name, const std::string& path) {
  constexpr std::size_t most = 4096;
  const UniqueFd file{::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  if (!file && errno == ENOENT)
    return std::optional<std::string>{};
  if (!file && errno == ELOOP)
    return std::optional<std::string>{""};
  std::array<char, most> text{};
  const ssize_t size = file ? ::read(file.get(), text.data(), text.size()) : -1;
  if (size < 0 && errno != EISDIR)
    return fail(errno_error(errno, fmt::format("cannot read {}", path)));
  return std::optional<std::string>{
      std::string(text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)))};
}

Result<> write(int directory, const std::string& name, const std::string& text, const std::string& path) {
  const std::string what = fmt::format("cannot write {}", path);
  const std::string draft = "." + name + ".new"; // no manager reads it
  (void)::unlinkat(directory, draft.c_str(), 0); // of one of us who died just here
  const UniqueFd file{
      ::openat(directory, draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, k_file_mode)};
  if (!file)
    return fail(errno_error(errno, what));
  const bool is_written =
      ::fchmod(file.get(), k_file_mode) == 0 && // whatever the umask is
      ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::renameat(directory, draft.c_str(), directory, name.c_str()) == 0;
  if (is_written)
    return ok();
  const int error = errno;
  (void)::unlinkat(directory, draft.c_str(), 0);
  return fail(errno_error(error, what));
}

Error is_another(const std::string& path) {
  return Error{ErrorKind::conflict, fmt::format("will not touch {}", path), "it is not as vdeup wrote it",
               fmt::format("look at it, and remove it if nobody needs it: `rm {}`", path)};
}

} // namespace

Result<bool> RuntimeFiles::put(const std::string& path, const std::string& text) {
  TRY(auto place, place_of(path));
  TRY(auto directory, walk(place.directory, &m_made));
  TRY(auto found, read(directory.get(), place.name, path));
  if (found && *found == text)
    return false;
  if (found)
    return fail(is_another(path));
  TRY(write(directory.get(), place.name, text, path));
  return true;
}

Result<> RuntimeFiles::remove(const std::string& path, const std::string& text) {
  TRY(auto place, place_of(path));
  TRY(auto directory, walk(place.directory, nullptr));
  if (!directory)
    return ok();
  TRY(auto found, read(directory.get(), place.name, path));
  if (!found)
    return ok();
  if (*found != text)
    return fail(is_another(path));
  if (::unlinkat(directory.get(), place.name.c_str(), 0) < 0 && errno != ENOENT)
    return fail(errno_error(errno, fmt::format("cannot remove {}", path)));
  if (m_made.contains(place.directory) && ::rmdir(place.directory.c_str()) == 0)
    m_made.erase(place.directory);
  return ok();
}

} // namespace vdeup::managers
