#include "launch/program.hpp"

#include "process/command.hpp"

#include <sys/utsname.h>

#include <array>
#include <utility>

namespace vdeup::launch {
namespace {

constexpr std::string_view k_prefix = "vde";
constexpr std::string_view k_any_program = "vdeq";

std::vector<std::string> with_arguments(std::vector<std::string> line,
                                        const std::vector<std::string>& arguments) {
  line.insert(line.end(), arguments.begin(), arguments.end());
  return line;
}

} // namespace

std::string_view called_as(std::string_view argv0) {
  const std::size_t slash = argv0.rfind('/');
  return slash == std::string_view::npos ? argv0 : argv0.substr(slash + 1);
}

bool is_wrapper(std::string_view name) {
  return name.starts_with(k_prefix) && name.size() > k_prefix.size() && !name.starts_with("vdeup");
}

Result<std::vector<std::string>> wrapped_line(std::string_view name,
                                              const std::vector<std::string>& arguments) {
  if (name == k_any_program) {
    if (arguments.empty())
      return fail(
          Error{ErrorKind::usage, "vdeq needs a program", "an example: vdeq qemu-system-x86_64 -m 512", {}});
    return arguments;
  }
  const std::string program{name.substr(k_prefix.size())};
  if (process::find_program(program))
    return with_arguments({program}, arguments);
  if (program == "qemu")
    return with_arguments({host_emulator()}, arguments);
  if (program == "kvm")
    return with_arguments({host_emulator(), "-accel", "kvm"}, arguments);
  return with_arguments({program}, arguments); // its absence is reported when it is to be run
}

std::string host_emulator() {
  utsname host{};
  (void)::uname(&host);
  return "qemu-system-" + qemu_architecture(std::begin(host.machine));
}

std::string qemu_architecture(std::string_view machine) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> renamed{{{"i486", "i386"},
                                                                                  {"i586", "i386"},
                                                                                  {"i686", "i386"},
                                                                                  {"armv6l", "arm"},
                                                                                  {"armv7l", "arm"},
                                                                                  {"ppc64le", "ppc64"},
                                                                                  {"mips64", "mips64el"}}};
  for (const auto& [from, to] : renamed)
    if (machine == from)
      return std::string{to};
  return std::string{machine};
}

} // namespace vdeup::launch
