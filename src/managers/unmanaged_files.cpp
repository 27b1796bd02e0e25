#include "managers/unmanaged_files.hpp"

#include "base/unique_fd.hpp"
#include "managers/network_manager.hpp"
#include "managers/networkd.hpp"

#include <fmt/format.h>

#include <net/if.h>
#include <sys/stat.h>

#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup::managers {
namespace {

// systemd.network(5)
ConfigFile networkd_file(const std::string& device) {
  return {fmt::format("/run/systemd/network/01-vdeup-{}.network", device),
          fmt::format("[Match]\nName={}\n\n[Link]\nUnmanaged=yes\n", device)};
}

// NetworkManager.conf(5); `:=`: the name itself, and not a pattern
ConfigFile network_manager_file(const std::string& device) {
  return {fmt::format("/run/NetworkManager/conf.d/90-vdeup-{}.conf", device),
          fmt::format("[device-vdeup-{0}]\nmatch-device=interface-name:={0}\nmanaged=0\n", device)};
}

/// The file of ours for a device, if `path` is one.
std::optional<ConfigFile> file_at(const std::string& path, NicManager::Kind manager) {
  constexpr std::string_view before = "vdeup-";
  const std::size_t begin = path.find(before);
  const std::size_t end = path.rfind('.');
  if (begin == std::string::npos || end == std::string::npos || end < begin + before.size())
    return std::nullopt;
  auto device = IfName::parse(path.substr(begin + before.size(), end - begin - before.size()));
  if (!device || ::if_nametoindex(device.value().str().c_str()) != 0)
    return std::nullopt;
  const auto files = unmanaged_files(manager, {std::move(device).value()});
  if (!files || files.value().front().path != path)
    return std::nullopt;
  return files.value().front();
}

bool is_older(const std::string& path, std::chrono::seconds age) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && ::time(nullptr) - status.st_mtime >= age.count();
}

} // namespace

const char* runtime_directory(NicManager::Kind manager) {
  return manager == NicManager::Kind::networkd ? "/run/systemd/network" : "/run/NetworkManager/conf.d";
}

Result<std::vector<ConfigFile>> unmanaged_files(NicManager::Kind manager,
                                                const std::vector<IfName>& devices) {
  std::vector<ConfigFile> files;
  for (const IfName& device : devices) {
    TRY(check_plain(device));
    files.push_back(manager == NicManager::Kind::networkd ? networkd_file(device.str())
                                                          : network_manager_file(device.str()));
  }
  return files;
}

void remove_stale_files(RuntimeFiles& files, NicManager::Kind manager, std::chrono::seconds age) {
  const std::string directory = runtime_directory(manager);
  const UniqueDirectory opened{::opendir(directory.c_str())};
  if (!opened)
    return;
  std::vector<ConfigFile> stale;
  while (const dirent* entry =
             ::readdir(opened.get())) { // NOLINT(concurrency-mt-unsafe): a stream of our own
    const std::string path = fmt::format("{}/{}", directory, static_cast<const char*>(entry->d_name));
    if (auto file = file_at(path, manager); file && is_older(path, age))
      stale.push_back(*std::move(file));
  }
  for (const ConfigFile& file : stale)
    (void)files.remove(file.path, file.text);
}

} // namespace vdeup::managers
