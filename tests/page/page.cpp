#include "page/page.hpp"

#include "support/catch.hpp"

#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

using namespace lab;

namespace page {

void needs_root() {
  if (run({"id", "-un"}).out != "root\n")
    skip("needs root");
}

void require_good(const Finished& done) {
  INFO(done.out << done.err);
  REQUIRE(done.status == 0);
}

void refused(const std::vector<std::string>& words, int status, const std::string& named,
             const std::string& name) {
  const std::string before = snapshot();
  const auto done = run_called(name, words, {.patience = std::chrono::seconds{20}});
  CAPTURE(name, words);
  INFO(done.out << done.err);
  CHECK(done.status == status);
  CHECK(done.err.find(named) != std::string::npos);
  CHECK(done.out.empty());
  CHECK(changes_since(before) == "");
}

std::string link(const std::string& name) {
  return run({"ip", "-d", "-o", "link", "show", name}).out;
}

void make_bridge(const std::string& name) {
  require_good(run({"ip", "link", "add", name, "up", "type", "bridge"}));
}

void remove_link(const std::string& name) {
  require_good(run({"ip", "link", "delete", name}));
}

std::string ports_of(const std::string& bridge) {
  std::istringstream lines{run({"ip", "-o", "link", "show", "master", bridge}).out};
  std::string names;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string name;
    words >> name >> name;
    names += (names.empty() ? "" : " ") + name.substr(0, name.find_first_of(":@"));
  }
  return names;
}

std::string access_of(const std::string& path) {
  const std::string text = run({"stat", "--format=%a %U %G", path}).out;
  return text.substr(0, text.find('\n'));
}

bool exists(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

std::string switch_pid() {
  const std::string pids = list_switches();
  CAPTURE(pids);
  REQUIRE(std::count(pids.begin(), pids.end(), '\n') == 1);
  return pids.substr(0, pids.find('\n'));
}

void kill_switch() {
  const pid_t pid = std::stoi(switch_pid());
  require_good(run({"kill", "-9", std::to_string(pid)}));
  // Until it is reaped: a process that ends leaves its namespaces before its sockets are closed.
  REQUIRE(eventually([pid] { return ::kill(pid, 0) != 0; }));
}

void leave_dangling_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path.size() < sizeof(address.sun_path));
  std::copy(path.begin(), path.end(), std::begin(address.sun_path));
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  REQUIRE(::chmod(path.c_str(), 0600) == 0);
  ::close(fd);
}

Running start_vm(const std::string& name, const std::vector<std::string>& words, const SpawnOptions& spawn,
                 const std::vector<std::string>& options) {
  std::vector<std::string> line{bin_directory() + "/vdeup", "run", "--uplink", "bridge"};
  line.insert(line.end(), options.begin(), options.end());
  line.insert(line.end(), {"--", bin_directory() + "/fake_vm", "-name", name});
  line.insert(line.end(), words.begin(), words.end());
  Running vm{line, spawn};
  REQUIRE(vm.wait_for("sock="));
  return vm;
}

} // namespace page
