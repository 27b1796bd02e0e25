#include "support/spawn.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <utility>

namespace lab {
namespace {

constexpr int k_signal_base = 128;

/// As a login does: with all groups that the user is in.
void become(const User& user) {
  if (::initgroups(user.name, user.gid) < 0 || ::setresgid(user.gid, user.gid, user.gid) < 0 ||
      ::setresuid(user.uid, user.uid, user.uid) < 0)
    ::_exit(120);
}

[[noreturn]] void be_the_child(const std::vector<std::string>& line, const SpawnOptions& options) {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (options.user)
    become(*options.user);
  if (!options.directory.empty() && ::chdir(options.directory.c_str()) < 0)
    ::_exit(121);
  for (const std::string& variable : options.environment)
    ::putenv(const_cast<char*>(variable.c_str()));
  std::vector<char*> argv;
  for (const std::string& word : line)
    argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  ::_exit(122);
}

bool drain(int& fd, std::string& text) {
  std::array<char, 4096> chunk{};
  const ssize_t size = ::read(fd, chunk.data(), chunk.size());
  if (size > 0)
    text.append(chunk.data(), static_cast<std::size_t>(size));
  else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
    ::close(fd);
    fd = -1;
  }
  return size > 0;
}

} // namespace

Running::Running(const std::vector<std::string>& line, const SpawnOptions& options) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  std::array<int, 2> err{};
  if (::pipe2(in.data(), O_CLOEXEC) < 0 || ::pipe2(out.data(), O_CLOEXEC) < 0 ||
      ::pipe2(err.data(), O_CLOEXEC) < 0)
    std::abort();
  m_pid = ::fork();
  if (m_pid == 0) {
    ::dup2(in[0], STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::dup2(err[1], STDERR_FILENO);
    be_the_child(line, options);
  }
  ::close(in[0]);
  ::close(out[1]);
  ::close(err[1]);
  m_in_fd = in[1];
  m_out_fd = out[0];
  m_err_fd = err[0];
  ::fcntl(m_out_fd, F_SETFL, O_NONBLOCK);
  ::fcntl(m_err_fd, F_SETFL, O_NONBLOCK);
}

Running::Running(Running&& other) noexcept
    : m_pid(std::exchange(other.m_pid, -1)),
      m_in_fd(std::exchange(other.m_in_fd, -1)),
      m_out_fd(std::exchange(other.m_out_fd, -1)),
      m_err_fd(std::exchange(other.m_err_fd, -1)),
      m_out(std::move(other.m_out)),
      m_err(std::move(other.m_err)) {}

Running::~Running() {
  if (m_pid > 0) {
    ::kill(m_pid, SIGKILL);
    ::waitpid(m_pid, nullptr, 0);
  }
  for (const int fd : {m_in_fd, m_out_fd, m_err_fd})
    if (fd >= 0)
      ::close(fd);
}

void Running::signal(int number) const {
  ::kill(m_pid, number);
}

void Running::write(const std::string& text) const {
  (void)!::write(m_in_fd, text.data(), text.size());
}

bool Running::read_some(std::chrono::milliseconds patience) {
  std::array<pollfd, 2> wanted{pollfd{m_out_fd, POLLIN, 0}, pollfd{m_err_fd, POLLIN, 0}};
  if (m_out_fd < 0 && m_err_fd < 0)
    return false;
  if (::poll(wanted.data(), wanted.size(), static_cast<int>(patience.count())) <= 0)
    return false;
  if (wanted[0].revents != 0)
    drain(m_out_fd, m_out);
  if (wanted[1].revents != 0)
    drain(m_err_fd, m_err);
  return true;
}

bool Running::wait_for(const std::string& text, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (m_out.find(text) == std::string::npos) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !read_some(left))
      return m_out.find(text) != std::string::npos;
  }
  return true;
}

Finished Running::finish(std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  if (m_in_fd >= 0)
    ::close(std::exchange(m_in_fd, -1));
  int native = 0;
  bool is_over = false;
  // A program's end is what counts, not that of its pipes: a daemon that it left may hold them.
  while (!is_over && std::chrono::steady_clock::now() < end) {
    is_over = ::waitpid(m_pid, &native, WNOHANG) == m_pid;
    if (!is_over && !read_some(std::chrono::milliseconds{5}))
      ::poll(nullptr, 0, 2);
  }
  while (read_some(std::chrono::milliseconds{0}) && (m_out_fd >= 0 || m_err_fd >= 0)) {
  }
  if (!is_over) {
    ::kill(m_pid, SIGKILL);
    ::waitpid(m_pid, nullptr, 0);
  }
  m_pid = -1;
  const int status = WIFSIGNALED(native) ? k_signal_base + WTERMSIG(native) : WEXITSTATUS(native);
  return {is_over ? status : -1, m_out, m_err};
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t times = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
    ++times;
  return times;
}

std::vector<std::string> to_words(const std::string& line) {
  std::istringstream stream{line};
  return {std::istream_iterator<std::string>{stream}, {}};
}

Finished run(const std::vector<std::string>& line, const SpawnOptions& options) {
  return Running{line, options}.finish(options.patience);
}

std::chrono::milliseconds scaled(std::chrono::milliseconds usual) {
  static const double slowness = [] {
    constexpr std::chrono::duration<double> k_usual_start{0.006}; // of a program, by a test
    const auto begin = std::chrono::steady_clock::now();
    (void)run({"true"});
    return std::clamp((std::chrono::steady_clock::now() - begin) / k_usual_start, 1.0, 6.0);
  }();
  return std::chrono::ceil<std::chrono::milliseconds>(usual * slowness);
}

std::string bin_directory() {
  static const std::string directory = [] {
    const std::string built = VDEUP_BIN_DIRECTORY;
    if (!can_be_others() || run({"test", "-x", built + "/vdeup"}, {.user = k_alice}).status == 0)
      return built;
    // A checkout that others cannot enter, as in /root: they get copies.
    const std::string copy = "/var/tmp/home/bin";
    std::filesystem::create_directory(copy);
    for (const char* name : {"vdeup", "vdeq", "vdeqemu", "vdekvm", "ctys-setupVDE", "fake_vm"})
      if (std::filesystem::exists(built + "/" + name))
        std::filesystem::copy(built + "/" + name, copy + "/" + name,
                              std::filesystem::copy_options::copy_symlinks);
    if (std::filesystem::exists(built + "/../share")) // manuals and templates
      std::filesystem::copy(built + "/../share", "/var/tmp/home/share",
                            std::filesystem::copy_options::recursive);
    return copy;
  }();
  return directory;
}

Finished run_vdeup(std::vector<std::string> arguments, const SpawnOptions& options) {
  return run_called("vdeup", std::move(arguments), options);
}

Finished run_called(const std::string& name, std::vector<std::string> arguments,
                    const SpawnOptions& options) {
  arguments.insert(arguments.begin(), bin_directory() + "/" + name);
  return run(arguments, options);
}

} // namespace lab
