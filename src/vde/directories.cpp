#include "vde/directories.hpp"

#include "base/file_tree.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"

#include <dirent.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <functional>
#include <set>

namespace vdeup::vde {
namespace {

constexpr std::size_t k_max_unix_table = std::size_t{64} << 20U; // a busy host has many sockets

struct Split {
  std::string directory;
  std::string name;
};

Split split_path(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return {path.substr(0, slash == 0 ? 1 : slash), path.substr(slash + 1)};
}

void for_each_name(const std::string& directory, const std::function<void(const std::string&)>& visit) {
  const UniqueDirectory stream{::opendir(directory.c_str())};
  while (const dirent* entry = stream ? ::readdir(stream.get()) : nullptr)
    visit(entry->d_name);
}

/// Look without following links: what a link leads to is not at this place.
std::optional<FileEntry> look_at(const std::string& path, mode_t type) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) < 0 || (status.st_mode & static_cast<mode_t>(S_IFMT)) != type)
    return std::nullopt;
  return FileEntry{path, status.st_uid, status.st_gid, status.st_mode};
}

/// The names under which sockets are bound in this network namespace, unix(7).
std::set<std::string> bound_names() {
  std::set<std::string> names;
  const auto table = FileTree{}.read("/proc/net/unix", k_max_unix_table);
  for (const std::string_view line : split(table ? *table : std::string_view{}, '\n'))
    if (const std::size_t at = line.find(" /"); at != std::string_view::npos)
      names.emplace(line.substr(at + 1));
  return names;
}

/// True if a connection is refused, which the kernel does where the socket behind a name is closed. Asked
/// only of names that nobody in our network namespace holds.
bool refuses(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path))
    return false;
  std::copy(path.begin(), path.end(), std::begin(address.sun_path));
  for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
    const UniqueFd fd{::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!fd)
      return false;
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0)
      return false;
    if (errno != EPROTOTYPE) // it is a socket of the other type
      return errno == ECONNREFUSED;
  }
  return false;
}

SocketEntry to_socket(FileEntry file, const std::set<std::string>& bound) {
  const bool is_dangling = !bound.contains(file.path) && refuses(file.path);
  return {std::move(file), is_dangling};
}

/// True for `<digits>-<digits>` at the end of a name, behind a dot.
bool ends_like_a_client(const std::string& name) {
  const auto is_number = [](std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  };
  const std::string_view end = std::string_view{name}.substr(std::min(name.rfind('.'), name.size() - 1) + 1);
  const std::size_t dash = end.find('-');
  return dash != std::string_view::npos && is_number(end.substr(0, dash)) && is_number(end.substr(dash + 1));
}

bool by_path(const FileEntry& a, const FileEntry& b) {
  return a.path < b.path;
}

} // namespace

std::vector<SwitchDirectory> find_directories(const std::vector<SearchPlace>& places) {
  std::vector<SwitchDirectory> found;
  for (const SearchPlace& place : places) {
    const auto [directory, start] = split_path(place.prefix);
    for_each_name(directory, [&, &parent = directory, &begin = start](const std::string& name) {
      const bool fits = name.starts_with(begin) && name != "." && name != "..";
      const std::string path = (parent == "/" ? "" : parent) + "/" + name;
      // A suffix is either the end of the name or a way further down.
      const bool goes_down = place.suffix.starts_with('/');
      if (!fits || (!goes_down && !name.ends_with(place.suffix)))
        return;
      if (auto file = look_at(goes_down ? path + place.suffix : path, S_IFDIR))
        found.push_back({std::move(*file)});
    });
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return by_path(a.file, b.file); });
  const auto same = [](const auto& a, const auto& b) { return a.file.path == b.file.path; };
  found.erase(std::unique(found.begin(), found.end(), same), found.end());
  return found;
}

std::optional<std::vector<SocketEntry>> list_sockets(const std::string& directory) {
  if (const UniqueDirectory stream{::opendir(directory.c_str())}; !stream)
    return std::nullopt;
  const auto bound = bound_names();
  std::vector<SocketEntry> sockets;
  for_each_name(directory, [&](const std::string& name) {
    if (auto file = look_at(directory + "/" + name, S_IFSOCK))
      sockets.push_back(to_socket(std::move(*file), bound));
  });
  std::sort(sockets.begin(), sockets.end(),
            [](const auto& a, const auto& b) { return by_path(a.file, b.file); });
  return sockets;
}

std::vector<SocketEntry> find_client_sockets(const std::vector<SearchPlace>& places) {
  std::vector<SocketEntry> sockets;
  const auto bound = bound_names();
  for (const SearchPlace& place : places) {
    const auto [directory, start] = split_path(place.prefix);
    for_each_name(directory, [&, &parent = directory, &begin = start](const std::string& name) {
      if (!name.starts_with(begin) || !ends_like_a_client(name))
        return;
      if (auto file = look_at((parent == "/" ? "" : parent) + "/" + name, S_IFSOCK))
        sockets.push_back(to_socket(std::move(*file), bound));
    });
  }
  std::sort(sockets.begin(), sockets.end(),
            [](const auto& a, const auto& b) { return by_path(a.file, b.file); });
  return sockets;
}

std::vector<SearchPlace> system_places() {
  return {{"/run/vde2/", ".ctl"}, {"/run/vde.ctl"}, {"/tmp/vde.ctl"}};
}

} // namespace vdeup::vde
