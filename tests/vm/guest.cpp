#include "vm/guest.hpp"

#include "support/lab.hpp"
#include "support/spawn.hpp"

#include <sys/stat.h>
#include <sys/utsname.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace vmlab {
namespace {

namespace fs = std::filesystem;

const fs::path k_stage{"/var/tmp/home/guest"}; // below a HOME, which snapshots leave out

void require_this_machine_to_be_the_guests() {
  utsname machine{};
  (void)::uname(&machine);
  if (std::string{std::begin(machine.machine)} != "x86_64")
    lab::skip("the guest is built for this machine, and the test wants one for x86_64");
}

/// The checkout may be in a directory that other users cannot enter.
void copy_for_everybody(const fs::path& from, const fs::path& to) {
  std::error_code failure;
  fs::copy_file(from, to, fs::copy_options::skip_existing, failure);
  if (failure)
    lab::skip("cannot copy the guest's " + from.string() + ": " + failure.message());
  (void)::chmod(to.c_str(), 0644);
}

/// The directory with the guest's kernel and file system, readable by all users.
fs::path guest_directory() {
  require_this_machine_to_be_the_guests();
  const char* built = std::getenv("VDEUP_TEST_GUEST");
  if (built == nullptr || *built == '\0')
    lab::skip("VDEUP_TEST_GUEST does not name a guest: `contrib/guest/build DIRECTORY` makes one");
  fs::create_directories(k_stage);
  for (const char* file : {"vmlinuz", "initrd.gz"})
    copy_for_everybody(fs::path{built} / file, k_stage / file);
  return k_stage;
}

/// TCG, because a /dev/kvm that can be opened does not have to work.
Words machine() {
  return {"-accel", "tcg", "-cpu", "max", "-m", "256", "-display", "none"};
}

} // namespace

Words operator+(Words left, const Words& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Words boots(const std::string& orders) {
  const fs::path guest = guest_directory();
  // no_timer_check: an emulated timer is late on a busy machine, and the kernel would panic at once.
  return machine() + Words{"-serial",
                           "stdio",
                           "-no-reboot",
                           "-kernel",
                           guest / "vmlinuz",
                           "-initrd",
                           guest / "initrd.gz",
                           "-append",
                           "console=ttyS0 quiet loglevel=3 panic=-1 no_timer_check " + orders};
}

Words stays_stopped() {
  return machine() + Words{"-S", "-monitor", "stdio"};
}

bool answers(lab::Running& stopped) {
  stopped.write("info status\n");
  return stopped.wait_for("VM status: paused");
}

std::string address_seen_by_guest(const std::string& console) {
  const std::string key = " up mac=";
  const std::size_t at = console.find(key);
  constexpr std::size_t length = std::string_view{"52:54:00:12:34:56"}.size();
  return at == std::string::npos ? std::string{} : console.substr(at + key.size(), length);
}

std::string program_instead(const std::string& name, const std::string& script) {
  const fs::path directory{"/var/tmp/home/instead"};
  fs::create_directories(directory);
  std::ofstream{directory / name} << "#!/bin/sh\n" << script;
  (void)::chmod((directory / name).c_str(), 0755);
  return directory;
}

} // namespace vmlab
