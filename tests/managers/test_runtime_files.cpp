#include "dependents/guard_lab.hpp"
#include "managers/runtime_files.hpp"
#include "managers/unmanaged_files.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace vdeup;
using managers::RuntimeFiles;
namespace fs = std::filesystem;

namespace {

constexpr const char* k_path = "/run/systemd/network/01-vdeup-tap0.network";
constexpr const char* k_text = "[Match]\nName=tap0\n";

/// A test in sections begins each with nothing.
void clear() {
  fs::remove_all("/run/systemd");
  fs::remove_all("/run/NetworkManager");
}

} // namespace

TEST_CASE("runtime files: a file is put whole, can be read by all, and is gone with its directory",
          "[managers]") {
  const mode_t former = ::umask(077);
  RuntimeFiles files;
  REQUIRE(files.put(k_path, k_text).value());
  CHECK(lab::read_file(k_path) == k_text);
  CHECK((fs::status(k_path).permissions() & fs::perms::mask) == fs::perms{0644});
  CHECK_FALSE(files.put(k_path, k_text).value());
  REQUIRE(files.remove(k_path, k_text));
  CHECK_FALSE(fs::exists("/run/systemd/network"));
  REQUIRE(files.remove(k_path, k_text));
  ::umask(former);
}

TEST_CASE("runtime files: a directory of somebody else's, or with something else in it, stays",
          "[managers]") {
  clear();
  RuntimeFiles files;
  SECTION("it was there") {
    fs::create_directories("/run/systemd/network");
    REQUIRE(files.put(k_path, k_text));
  }
  SECTION("another file has come") {
    REQUIRE(files.put(k_path, k_text));
    guard_lab::write_file("/run/systemd/network/10-eth0.network", "");
  }
  REQUIRE(files.remove(k_path, k_text));
  CHECK_FALSE(fs::exists(k_path));
  CHECK(fs::exists("/run/systemd/network"));
}

TEST_CASE("runtime files: what somebody has changed is neither replaced nor removed", "[managers]") {
  RuntimeFiles files;
  guard_lab::write_file(k_path, "[Match]\nName=mine\n");
  CHECK(files.put(k_path, k_text).error().kind() == ErrorKind::conflict);
  CHECK(files.remove(k_path, k_text).error().kind() == ErrorKind::conflict);
  CHECK(lab::read_file(k_path) == "[Match]\nName=mine\n");
}

TEST_CASE("runtime files: no symbolic link leads elsewhere, at no place of the path", "[managers]") {
  clear();
  RuntimeFiles files;
  fs::create_directories("/var/tmp/home/trap/network");
  SECTION("the file") {
    fs::create_directories("/run/systemd/network");
    fs::create_symlink("/var/tmp/home/trap/victim", k_path);
    CHECK(files.put(k_path, k_text).error().kind() == ErrorKind::conflict);
  }
  SECTION("its directory") {
    fs::create_directories("/run/systemd");
    fs::create_symlink("/var/tmp/home/trap/network", "/run/systemd/network");
    CHECK_FALSE(files.put(k_path, k_text));
  }
  SECTION("the one above") {
    fs::create_symlink("/var/tmp/home/trap", "/run/systemd");
    CHECK_FALSE(files.put(k_path, k_text));
  }
  CHECK(fs::is_empty("/var/tmp/home/trap/network"));
  CHECK_FALSE(fs::exists("/var/tmp/home/trap/victim"));
}

TEST_CASE("runtime files: a directory in which others can write is not used", "[managers]") {
  RuntimeFiles files;
  fs::create_directories("/run/systemd/network");
  fs::permissions("/run/systemd/network", fs::perms::all);
  CHECK(files.put(k_path, k_text).error().kind() == ErrorKind::refused);
  CHECK(fs::is_empty("/run/systemd/network"));
}

TEST_CASE("runtime files: nothing is written where no manager looks", "[managers]") {
  RuntimeFiles files;
  const char* path = GENERATE("/etc/systemd/network/01-vdeup-tap0.network", "/run/vdeup/x", "x", "",
                              "/run/systemd/network/../x", "/run/systemd/network/a/b",
                              "/run/systemd/network/", "/run/NetworkManager/conf.d/.x");
  CAPTURE(path);
  CHECK(files.put(path, k_text).error().kind() == ErrorKind::refused);
  CHECK(files.remove(path, k_text).error().kind() == ErrorKind::refused);
}

TEST_CASE("runtime files: marks of devices that are gone are removed, but no young one and nobody else's",
          "[managers]") {
  using std::chrono::seconds;
  constexpr auto manager = NicManager::Kind::networkd;
  const auto mark = [](const std::string& device) {
    return "[Match]\nName=" + device + "\n\n[Link]\nUnmanaged=yes\n";
  };
  const std::string directory = "/run/systemd/network/";
  guard_lab::write_file(directory + "01-vdeup-tap7.network", mark("tap7"));
  guard_lab::write_file(directory + "01-vdeup-lo.network", mark("lo"));
  guard_lab::write_file(directory + "01-vdeup-tap8.network", mark("tap8") + "# mine\n");
  guard_lab::write_file(directory + "10-tap7.network", mark("tap7"));
  RuntimeFiles files;
  managers::remove_stale_files(files, manager);
  CHECK(fs::exists(directory + "01-vdeup-tap7.network"));
  managers::remove_stale_files(files, manager, seconds{0});
  CHECK_FALSE(fs::exists(directory + "01-vdeup-tap7.network"));
  CHECK(fs::exists(directory + "01-vdeup-lo.network"));
  CHECK(fs::exists(directory + "01-vdeup-tap8.network"));
  CHECK(fs::exists(directory + "10-tap7.network"));
}
