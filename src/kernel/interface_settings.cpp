#include "kernel/interface_settings.hpp"

#include "base/number.hpp"
#include "base/unique_fd.hpp"
#include "kernel/links.hpp"
#include "kernel/sysctl.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace vdeup::kernel {
namespace {

using Group = Setting::Group;

/// Other spellings, in coarser units, of settings that are there as well.
constexpr std::array<std::string_view, 2> k_coarse_twins{"base_reachable_time", "retrans_time"};

/// Settings that have to be written before others of their group: without IPv6 there are no addresses, and a
/// secret decides how they are made.
constexpr std::array<std::string_view, 2> k_first_keys{"disable_ipv6", "stable_secret"};

constexpr std::string_view k_generation = "addr_gen_mode";

std::string name_of(Group group, const IfName& interface, std::string_view key) {
  return fmt::format("{}/{}/{}", directory_of(group), interface.str(), key);
}

/// The value, or nothing if there is none or it is not for us to write.
std::optional<std::string> read_setting(const std::string& name) {
  const UniqueFd file{::open(("/proc/sys/net/" + name).c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat status {};
  std::array<char, 256> text{};
  if (!file || ::fstat(file.get(), &status) != 0 || (status.st_mode & S_IWUSR) == 0)
    return std::nullopt;
  const ssize_t size = ::read(file.get(), text.data(), text.size());
  if (size <= 0) // a secret that was never set cannot be read
    return std::nullopt;
  std::string value{text.data(), static_cast<std::size_t>(size)};
  while (value.ends_with('\n'))
    value.pop_back();
  return value;
}

bool is_first_key(const Setting& setting) {
  return std::find(k_first_keys.begin(), k_first_keys.end(), setting.key) != k_first_keys.end();
}

void list_group(Group group, const IfName& interface, std::vector<Setting>& settings) {
  const UniqueDirectory directory{::opendir(("/proc/sys/net/" + name_of(group, interface, "")).c_str())};
  if (!directory) // a kernel, or an interface, without this protocol
    return;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view key{entry->d_name};
    if (entry->d_type != DT_REG ||
        std::find(k_coarse_twins.begin(), k_coarse_twins.end(), key) != k_coarse_twins.end())
      continue;
    if (auto value = read_setting(name_of(group, interface, key)))
      settings.push_back({group, std::string{key}, std::move(*value)});
  }
}

// ip link set dev NAME addrgenmode …: unlike the file, this makes no address at once, which the kernel would
// then look for duplicates of.
Result<> set_generation(Netlink& netlink, const Device& device, const std::string& value) {
  const auto mode = parse_number<std::uint8_t>(value);
  const std::string what = fmt::format("cannot set {} of {} to {}", k_generation, device.name.str(), value);
  if (!mode)
    return fail(Error{ErrorKind::failed, what, "it is not a number", {}});
  return change_link(netlink, device.index, {.ipv6_generation = *mode}, what);
}

Result<> apply_setting(Netlink& netlink, const Device& device, const Setting& setting) {
  return setting.group == Group::ip6 && setting.key == k_generation
             ? set_generation(netlink, device, setting.value)
             : write_sysctl(name_of(setting.group, device.name, setting.key), setting.value);
}

} // namespace

Result<std::vector<Setting>> list_settings(const IfName& interface) {
  std::vector<Setting> settings;
  for (const Group group : {Group::ip4, Group::ip6, Group::ip4_neighbours, Group::ip6_neighbours})
    list_group(group, interface, settings);
  std::sort(settings.begin(), settings.end(), [](const Setting& one, const Setting& other) {
    return std::tuple{!is_first_key(one), one.group, std::string_view{one.key}} <
           std::tuple{!is_first_key(other), other.group, std::string_view{other.key}};
  });
  return settings;
}

// sysctl net.GROUP.NAME.KEY=VALUE
Result<> apply_settings(Netlink& netlink, const Device& device, const std::vector<Setting>& settings) {
  std::vector<Setting> before;
  for (const Setting& setting : settings) {
    auto value = read_setting(name_of(setting.group, device.name, setting.key));
    if (value == setting.value) // some act on being written, whatever to
      continue;
    if (auto applied = apply_setting(netlink, device, setting); !applied) {
      for (auto old = before.rbegin(); old != before.rend(); ++old) // a step that failed has changed nothing
        (void)apply_setting(netlink, device, *old);
      return applied;
    }
    if (value)
      before.push_back({setting.group, setting.key, std::move(*value)});
  }
  return ok();
}

} // namespace vdeup::kernel
