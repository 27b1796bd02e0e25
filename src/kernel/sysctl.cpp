#include "kernel/sysctl.hpp"

#include "base/unique_fd.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

namespace vdeup::kernel {

std::optional<int> read_sysctl(const std::string& name) {
  std::ifstream file{"/proc/sys/net/" + name};
  int value = 0;
  return file >> value ? std::optional{value} : std::nullopt;
}

// sysctl -w net.NAME=VALUE
Result<> write_sysctl(const std::string& name, const std::string& value) {
  const UniqueFd file{::open(("/proc/sys/net/" + name).c_str(), O_WRONLY | O_CLOEXEC)};
  if (!file || ::write(file.get(), value.data(), value.size()) < 0)
    return fail(errno_error(errno, fmt::format("cannot write {} to /proc/sys/net/{}", value, name)));
  return ok();
}

} // namespace vdeup::kernel
