#include "bench/programs.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <stdexcept>

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr int k_max_rounds = 60; // a switch has ports for 127 clients, should it not take them back

std::string beside_us(const char* name) {
  return fs::read_symlink("/proc/self/exe").parent_path() / name;
}

std::string first_existing(const std::vector<std::string>& candidates) {
  for (const std::string& candidate : candidates)
    if (::access(candidate.c_str(), X_OK) == 0)
      return candidate;
  return {};
}

} // namespace

Programs read_arguments(const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.size() > 3)
    throw std::runtime_error("usage: vdeup-bench-launch VDEUP [VDEQ [ROUNDS]]");
  Programs programs{.vdeup = fs::absolute(arguments[0]),
                    .vdeq = first_existing({arguments.size() > 1 ? arguments[1] : "/usr/bin/vdeq"}),
                    .qemu = first_existing({"/usr/bin/qemu-system-x86_64", "/usr/bin/qemu-system-aarch64"}),
                    .tiny_vm = beside_us("vdeup-bench-tiny-vm"),
                    .by_hand = beside_us("vdeup-bench-by-hand")};
  if (!programs.vdeq.empty() && fs::canonical(programs.vdeq).filename() == "vdeup")
    programs.vdeq.clear(); // our own wrapper, not VDE's
  if (arguments.size() == 3)
    (void)std::from_chars(arguments[2].data(), arguments[2].data() + arguments[2].size(), programs.rounds);
  programs.rounds = std::clamp(programs.rounds, 1, k_max_rounds);
  return programs;
}

} // namespace bench
