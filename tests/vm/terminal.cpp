#include "vm/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

namespace vmlab {

Terminal::Terminal(const std::vector<std::string>& line) {
  const winsize size{.ws_row = 24, .ws_col = 200, .ws_xpixel = 0, .ws_ypixel = 0};
  m_pid = ::forkpty(&m_fd, nullptr, nullptr, &size);
  if (m_pid < 0)
    std::abort();
  if (m_pid == 0) {
    std::vector<char*> argv;
    for (const std::string& word : line)
      argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    ::execvp(argv[0], argv.data());
    ::_exit(122);
  }
  ::fcntl(m_fd, F_SETFD, FD_CLOEXEC);
}

Terminal::~Terminal() {
  if (const pid_t group = foreground(); group > 0)
    ::kill(-group, SIGKILL);
  hang_up();
  ::kill(m_pid, SIGKILL);
  ::waitpid(m_pid, nullptr, 0);
}

void Terminal::type(const std::string& keys) const {
  (void)!::write(m_fd, keys.data(), keys.size());
}

bool Terminal::shows(const std::string& text, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    if (const auto at = m_all.find(text, m_seen); at != std::string::npos) {
      m_seen = at + text.size();
      return true;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd wanted{m_fd, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&wanted, 1, static_cast<int>(left.count())) <= 0)
      return false;
    std::array<char, 4096> chunk{};
    const ssize_t size = ::read(m_fd, chunk.data(), chunk.size());
    if (size <= 0)
      return false;
    m_all.append(chunk.data(), static_cast<std::size_t>(size));
  }
}

void Terminal::resize(unsigned short rows, unsigned short columns) const {
  const winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  (void)::ioctl(m_fd, TIOCSWINSZ, &size);
}

void Terminal::hang_up() {
  if (m_fd >= 0)
    ::close(std::exchange(m_fd, -1));
}

pid_t Terminal::foreground() const {
  return ::tcgetpgrp(m_fd);
}

} // namespace vmlab
