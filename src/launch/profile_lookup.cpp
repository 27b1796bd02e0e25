#include "launch/profile_lookup.hpp"

#include "config/profile_file.hpp"
#include "launch/program.hpp"

#include <unistd.h>

#include <filesystem>

namespace vdeup::launch {
namespace {

/// Where the templates of this very program are.
std::string templates_directory() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return (program.parent_path() / VDEUP_DATA_FROM_BIN / "vdeup/templates").lexically_normal().string();
}

} // namespace

Result<config::ProfileLine> read_profile_line(const std::string& word) {
  const uid_t caller = ::geteuid();
  TRY(auto profile,
      config::read_profile(word, config::profile_directories(caller, templates_directory()), caller));
  return config::to_qemu_line(profile, host_emulator());
}

} // namespace vdeup::launch
