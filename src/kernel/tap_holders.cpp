#include "kernel/tap_holders.hpp"

#include "base/number.hpp"
#include "base/unique_fd.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

#include <fstream>
#include <optional>
#include <string>

namespace vdeup::kernel {
namespace {

bool is_in_our_network(pid_t pid) {
  struct stat ours {};
  struct stat theirs {};
  return ::stat("/proc/self/ns/net", &ours) == 0 &&
         ::stat(fmt::format("/proc/{}/ns/net", pid).c_str(), &theirs) == 0 && ours.st_ino == theirs.st_ino &&
         ours.st_dev == theirs.st_dev;
}

/// True if a descriptor is one of this TAP: the kernel says `iff:<tab>tap0` of it (tun_chr_show_fdinfo).
bool is_of_tap(const std::string& fdinfo, const std::string& tap) {
  std::ifstream file{fdinfo};
  for (std::string line; std::getline(file, line);)
    if (line == "iff:\t" + tap)
      return true;
  return false;
}

bool holds(pid_t pid, const std::string& tap) {
  const std::string path = fmt::format("/proc/{}/fdinfo", pid);
  const UniqueDirectory descriptors{::opendir(path.c_str())};
  while (const dirent* entry = descriptors ? ::readdir(descriptors.get()) : nullptr)
    if (parse_number<pid_t>(entry->d_name) && is_of_tap(path + "/" + entry->d_name, tap))
      return true;
  return false;
}

std::string command_of(pid_t pid) {
  std::ifstream file{fmt::format("/proc/{}/comm", pid)};
  std::string name;
  std::getline(file, name);
  return name;
}

} // namespace

std::vector<TapHolder> find_tap_holders(const IfName& tap) {
  std::vector<TapHolder> holders;
  const UniqueDirectory proc{::opendir("/proc")};
  while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr) {
    const auto pid = parse_number<pid_t>(entry->d_name);
    if (pid && is_in_our_network(*pid) && holds(*pid, tap.str()))
      holders.push_back({*pid, command_of(*pid)});
  }
  return holders;
}

} // namespace vdeup::kernel
