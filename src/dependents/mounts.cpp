#include "dependents/mounts.hpp"

#include "base/text.hpp"
#include "dependents/block_devices.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>

namespace vdeup::dependents {
namespace {

/// One line of /proc/PID/mountinfo, proc(5).
struct Mount {
  std::string device; ///< MAJOR:MINOR
  std::string point;
  std::string type;
  std::string source;
  std::string options; ///< of the file system itself
};

/// Blanks, tabs, line ends and backslashes stand as `\040` and so on.
std::string unescape(std::string_view text) {
  constexpr std::size_t length = 4;
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto digit = [&](std::size_t place) { return static_cast<unsigned>(text[at + place] - '0'); };
    if (text[at] != '\\' || at + length > text.size()) {
      plain += text[at];
      continue;
    }
    plain += static_cast<char>(digit(1) * 64 + digit(2) * 8 + digit(3));
    at += length - 1;
  }
  return plain;
}

std::optional<Mount> parse_mount(std::string_view line) {
  const auto words = words_of(line);
  constexpr std::size_t device = 2;
  constexpr std::size_t point = 4;
  constexpr std::size_t behind_separator = 3;
  const auto separator = std::find(words.begin(), words.end(), "-");
  if (std::distance(words.begin(), separator) <= static_cast<std::ptrdiff_t>(point) ||
      std::distance(separator, words.end()) <= static_cast<std::ptrdiff_t>(behind_separator))
    return std::nullopt;
  return Mount{.device = std::string{words[device]},
               .point = unescape(words[point]),
               .type = std::string{separator[1]},
               .source = unescape(separator[2]),
               .options = std::string{separator[behind_separator]}};
}

std::vector<Mount> read_mounts(const FileTree& tree, pid_t pid) {
  std::vector<Mount> mounts;
  const std::string text = tree.read(fmt::format("/proc/{}/mountinfo", pid)).value_or("");
  for (const std::string_view line : split(text, '\n'))
    if (auto mount = parse_mount(line))
      mounts.push_back(std::move(*mount));
  return mounts;
}

bool is_above(const std::string& point, const std::string& path) {
  return point == "/" || path == point ||
         (path.starts_with(point) && path.size() > point.size() && path[point.size()] == '/');
}

/// The mount that a path is on: the deepest, and of two at one place the later, which covers the other.
const Mount* mount_of(const std::vector<Mount>& mounts, const std::string& path) {
  const Mount* best = nullptr;
  for (const Mount& mount : mounts)
    if (is_above(mount.point, path) && (best == nullptr || mount.point.size() >= best->point.size()))
      best = &mount;
  return best;
}

std::optional<std::string_view> option(const Mount& mount, std::string_view key) {
  for (const std::string_view word : split(mount.options, ','))
    if (word.starts_with(key) && word.substr(key.size(), 1) == "=")
      return word.substr(key.size() + 1);
  return std::nullopt;
}

bool is_network_type(const Mount& mount) {
  constexpr std::array<std::string_view, 17> types{
      "nfs",        "nfs4",           "cifs",      "smb3",      "smbfs",      "ceph",
      "afs",        "coda",           "lustre",    "beegfs",    "orangefs",   "ncpfs",
      "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone"};
  if (std::find(types.begin(), types.end(), mount.type) != types.end())
    return true;
  // 9p of a VM comes from its host without any network.
  const auto transport = mount.type == "9p" ? option(mount, "trans") : std::nullopt;
  return transport && *transport != "virtio" && *transport != "xen" && *transport != "fd";
}

/// nfs and cifs say `addr=`; Ceph and 9p have the address in the source.
std::optional<IpAddress> server_of(const Mount& mount) {
  const auto words = {option(mount, "addr").value_or(std::string_view{}),
                      std::string_view{mount.source}.substr(0, mount.source.find(':')),
                      std::string_view{mount.source}};
  for (const std::string_view word : words)
    if (auto address = IpAddress::parse(word))
      return address.value();
  return std::nullopt;
}

/// btrfs and others have a number that is no block device; the source is the path of one.
std::string block_device_of(const FileTree& tree, const Mount& mount) {
  struct stat status {};
  if (!mount.device.starts_with("0:") || !mount.source.starts_with("/dev/") ||
      ::stat(tree.resolve(mount.source).c_str(), &status) < 0 || !S_ISBLK(status.st_mode))
    return mount.device;
  return fmt::format("{}:{}", major(status.st_rdev), minor(status.st_rdev));
}

struct Need {
  const char* purpose;
  std::string path;
  bool is_vital;
};

std::vector<Need> needs_of(const FileTree& tree, pid_t pid, const std::string& home) {
  return {{"the root file system", "/", true},
          {"the programs of this host", tree.resolve("/usr"), true},
          {"vdeup itself", tree.link(fmt::format("/proc/{}/exe", pid)).value_or("/"), true},
          {"your home directory", home.empty() ? "/" : tree.resolve(home), false},
          {"your working directory", tree.link(fmt::format("/proc/{}/cwd", pid)).value_or("/"), false}};
}

} // namespace

std::vector<RemoteMount> find_remote_mounts(const FileTree& tree, pid_t pid, const std::string& home) {
  const std::vector<Mount> mounts = read_mounts(tree, pid);
  std::vector<RemoteMount> found;
  for (const Need& need : needs_of(tree, pid, home)) {
    const Mount* mount = mount_of(mounts, need.path);
    const auto is_same = [&](const RemoteMount& other) { return other.mount_point == mount->point; };
    if (mount == nullptr || std::any_of(found.begin(), found.end(), is_same))
      continue;
    RemoteMount remote{
        .purpose = need.purpose, .mount_point = mount->point, .type = mount->type, .is_vital = need.is_vital};
    if (is_network_type(*mount))
      remote.server = server_of(*mount);
    else if (auto transport = network_transport(tree, block_device_of(tree, *mount)))
      remote.type = std::move(*transport);
    else
      continue;
    found.push_back(std::move(remote));
  }
  return found;
}

} // namespace vdeup::dependents
