#include "support/lab.hpp"

#include "support/spawn.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <vector>

namespace lab {
namespace {

constexpr int k_skip_status = 77;

void must(bool good, const char* what) {
  if (!good)
    skip(std::string{what} + ": " + std::strerror(errno));
}

void write_file(const char* path, const std::string& text) {
  std::ofstream file{path};
  file << text;
}

/// As an ordinary user: become root of a user namespace, where namespaces of the other kinds are allowed.
void become_root_of_a_user_namespace() {
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  must(::unshare(CLONE_NEWUSER) == 0, "user namespaces are not allowed here");
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1");
  write_file("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1");
}

int to_status(int native) {
  return WIFSIGNALED(native) ? 128 + WTERMSIG(native) : WEXITSTATUS(native);
}

/// Fork, and let the caller be the child. The parent passes on the child's status; if it dies, so does the
/// child.
void continue_as_child(bool reap_everybody) {
  const pid_t child = ::fork();
  must(child >= 0, "cannot fork");
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    return;
  }
  for (;;) {
    int native = 0;
    const pid_t ended = ::waitpid(reap_everybody ? -1 : child, &native, 0);
    if (ended == child)
      ::_exit(to_status(native));
    if (ended < 0 && errno != EINTR)
      ::_exit(1);
  }
}

/// The first process of a PID namespace takes all others with it when it ends: whatever a test leaves
/// running, and however it dies, nothing survives it. It also reaps daemons, as an init does.
void go_on_under_an_init() {
  continue_as_child(false); // into the PID namespace, as its init
  continue_as_child(true);  // and the test, below it
}

void mount_private_files() {
  must(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "cannot make mounts private");
  must(::mount("proc", "/proc", "proc", 0, nullptr) == 0, "cannot mount a private /proc");
  must(::mount("tmpfs", "/var/tmp", "tmpfs", 0, "mode=1777") == 0, "cannot mount a private /var/tmp");
  must(::mount("tmpfs", "/run", "tmpfs", 0, "mode=755") == 0, "cannot mount a private /run");
}

void make_node(const std::string& path, unsigned major_number, unsigned minor_number) {
  must(::mknod(path.c_str(), S_IFCHR | 0666, makedev(major_number, minor_number)) == 0 &&
           ::chmod(path.c_str(), 0666) == 0,
       "cannot make a device node");
}

/// A /dev of our own, where the machine's has no TUN device at all (containers, chroots).
void make_private_dev(const std::string& dev) {
  must(::mkdir(dev.c_str(), 0755) == 0 && ::mkdir((dev + "/net").c_str(), 0755) == 0,
       "cannot make a directory");
  make_node(dev + "/null", 1, 3);
  make_node(dev + "/zero", 1, 5);
  make_node(dev + "/full", 1, 7);
  make_node(dev + "/random", 1, 8);
  make_node(dev + "/urandom", 1, 9);
  make_node(dev + "/tty", 5, 0);
  make_node(dev + "/net/tun", 10, 200);
  must(::symlink("/proc/self/fd", (dev + "/fd").c_str()) == 0, "cannot make a link");
  must(::mount(dev.c_str(), "/dev", nullptr, MS_BIND, nullptr) == 0, "cannot put a directory over /dev");
}

/// Where udev has not made the node 0666, users cannot open it: put one over it that they can.
void offer_tun_device() {
  struct stat status {};
  const bool exists = ::stat("/dev/net/tun", &status) == 0;
  if (exists && (status.st_mode & 0666) == 0666)
    return;
  if (!exists)
    return make_private_dev("/var/tmp/home/.dev");
  const char* node = "/var/tmp/home/.tun";
  make_node(node, 10, 200);
  must(::mount(node, "/dev/net/tun", nullptr, MS_BIND, nullptr) == 0, "cannot put a node over /dev/net/tun");
}

void set_loopback_up() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP;
  must(::ioctl(socket, SIOCSIFFLAGS, &request) == 0, "cannot set lo up");
  ::close(socket);
}

/// What a command prints, without what time alone changes: the timers of bridges and how many addresses they have
/// learned (iproute2 6.15), lifetimes, and whether IPv6 is still looking for a duplicate of an address.
std::string output_of(const std::vector<std::string>& line) {
  static const std::regex clocks{
      R"(( \w+_timer +[0-9.]+| fdb_n_learned [0-9]+| tentative|(expires|valid_lft|preferred_lft) [0-9]+sec))"};
  return std::regex_replace(run(line).out, clocks, "");
}

/// True for a process of that name in our network namespace. A process that is being killed leaves its
/// namespaces before it closes its last files: it counts until it is a zombie.
bool is_ours(const std::string& pid, const std::string& program) {
  std::ifstream file{"/proc/" + pid + "/stat"};
  std::string line; // pid (name) state ...
  std::getline(file, line);
  const std::string name = " (" + program + ") ";
  const std::size_t at = line.find(name);
  if (at == std::string::npos || at + name.size() >= line.size() || line[at + name.size()] == 'Z' ||
      line[at + name.size()] == 'X')
    return false;
  struct stat ours {};
  struct stat theirs {};
  const bool has_namespace = ::stat(("/proc/" + pid + "/ns/net").c_str(), &theirs) == 0;
  return !has_namespace || (::stat("/proc/self/ns/net", &ours) == 0 && ours.st_ino == theirs.st_ino);
}

std::vector<std::string> pids_of(const std::string& program) {
  std::vector<std::string> pids;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (std::all_of(name.begin(), name.end(), ::isdigit) && is_ours(name, program))
      pids.push_back(name);
  }
  return pids;
}

std::string lines_of_pids(const std::string& program) {
  std::string text;
  for (const std::string& pid : pids_of(program))
    text += pid + "\n";
  return text;
}

/// True if an interface has a carrier that the kernel has yet to tell of, which it does at its leisure. Then
/// it gets its link-local address.
bool has_untold_carrier() {
  std::istringstream links{run({"ip", "-o", "link", "show", "up"}).out};
  const auto has = [](const std::string& link, const char* word) {
    return link.find(word) != std::string::npos;
  };
  for (std::string link; std::getline(links, link);)
    if (has(link, "LOWER_UP") && (has(link, " state DOWN ") || has(link, " state LOWERLAYERDOWN ")))
      return true;
  return false;
}

} // namespace

void skip(const std::string& reason) {
  std::printf("SKIPPED: %s\n", reason.c_str());
  std::fflush(nullptr);
  ::_exit(k_skip_status);
}

void enter() {
  if (::geteuid() != 0)
    become_root_of_a_user_namespace();
  must(::unshare(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID) == 0, "namespaces are not allowed here");
  go_on_under_an_init();
  mount_private_files();
  must(::mkdir("/var/tmp/home", 0777) == 0 && ::chmod("/var/tmp/home", 01777) == 0, "cannot make a home");
  offer_tun_device();
  set_loopback_up();
  ::setenv("HOME", "/var/tmp/home", 1);
  for (const char* name : {"QEMUSOCK", "QEMUMGMT", "CTYS_SOCKBASE", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"})
    ::unsetenv(name);
}

bool can_be_others() {
  std::ifstream map{"/proc/self/uid_map"};
  unsigned long inside = 0;
  unsigned long outside = 0;
  unsigned long count = 0;
  map >> inside >> outside >> count;
  return count > k_alice.uid && ::geteuid() == 0;
}

void needs_others() {
  if (!can_be_others())
    skip("needs root, to act for another user");
}

std::string list_var_tmp() {
  std::vector<std::string> lines;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("/var/tmp")) {
    if (entry.path().string().starts_with("/var/tmp/home/"))
      continue;
    struct stat status {};
    ::lstat(entry.path().c_str(), &status);
    std::ostringstream line;
    line << entry.path().string() << ' ' << std::oct << status.st_mode << std::dec << ' ' << status.st_uid;
    lines.push_back(line.str());
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines)
    text += line + "\n";
  return text;
}

std::string list_switches() {
  return lines_of_pids("vde_switch");
}

std::string list_uplinks() {
  return lines_of_pids("vde_plug");
}

void settle() {
  (void)eventually([] { return !has_untold_carrier(); });
  (void)eventually([] { return run({"ip", "-o", "-6", "address", "show", "tentative"}).out.empty(); });
}

std::string snapshot() {
  // One child for all of it: to fork a program with sanitizers is what costs time.
  const std::string look =
      "echo links; ip -d link show; echo addresses; ip address show;"
      "echo routes; ip route show table all; ip -6 route show table all;"
      "echo rules; ip rule show;"
      "echo forwarding; cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding";
  return output_of({"sh", "-c", look}) + "files\n" + list_var_tmp() + "switches\n" + list_switches() +
         "uplinks\n" + list_uplinks();
}

std::string whole_snapshot() {
  return snapshot() +
         output_of({"sh", "-c",
                    "nft -s list ruleset; cd /proc/sys/net; grep -rs . ipv4 ipv6 | grep -v -e stable_secret "
                    "-e tcp_fastopen_key -e /route/flush"}) +
         "dnsmasq\n" + list_dnsmasqs();
}

std::string list_dnsmasqs() {
  return lines_of_pids("dnsmasq");
}

std::string difference(const std::string& before, const std::string& after) {
  const auto lines_of = [](const std::string& text) {
    std::multiset<std::string> lines;
    std::istringstream stream{text};
    for (std::string line; std::getline(stream, line);)
      lines.insert(line);
    return lines;
  };
  const auto then = lines_of(before);
  const auto now = lines_of(after);
  std::vector<std::string> gone;
  std::vector<std::string> added;
  std::set_difference(then.begin(), then.end(), now.begin(), now.end(), std::back_inserter(gone));
  std::set_difference(now.begin(), now.end(), then.begin(), then.end(), std::back_inserter(added));
  std::string text;
  for (const std::string& line : gone)
    text += "- " + line + "\n";
  for (const std::string& line : added)
    text += "+ " + line + "\n";
  return text;
}

std::string changes_since(const std::string& before) {
  return difference(before, snapshot());
}

void clear_files() {
  for (const auto& entry : std::filesystem::directory_iterator("/var/tmp"))
    if (entry.path() != "/var/tmp/home")
      std::filesystem::remove_all(entry.path());
}

} // namespace lab
