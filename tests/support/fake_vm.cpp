// A small real program in the place of QEMU: it takes its connection from the command line as QEMU does,
// sends a frame with its own address again and again, and ends when it is told to.
//
// Words of its own: exit=N (end at once with that status).

#include <fmt/format.h>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

/// The text after `key` in any of the words, up to the next comma.
std::string value_of(const std::vector<std::string_view>& words, std::string_view key) {
  for (const std::string_view word : words) {
    const std::size_t at = word.find(key);
    if (at != std::string_view::npos && (at == 0 || word[at - 1] == ','))
      return std::string{word.substr(at + key.size(), word.find(',', at) - at - key.size())};
  }
  return {};
}

std::string frame_from(const std::string& mac) {
  constexpr std::size_t shortest = 60;
  std::string frame(shortest, '\0');
  std::memset(frame.data(), 0xff, 6);
  std::array<unsigned, 6> bytes{};
  if (std::sscanf(mac.c_str(), "%x:%x:%x:%x:%x:%x", &bytes[0], &bytes[1], &bytes[2], &bytes[3], &bytes[4],
                  &bytes[5]) != 6)
    std::exit(3);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    frame[6 + i] = static_cast<char>(bytes[i]);
  frame[12] = static_cast<char>(0x88); // the Ethernet type for local experiments
  frame[13] = static_cast<char>(0xb5);
  return frame;
}

/// Send a frame into a connection to a switch, or into a TAP, which takes a header of virtio in front of it.
bool send_frame(int fd, const std::string& frame) {
  if (::send(fd, frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 || errno == EAGAIN ||
      errno == ENOBUFS)
    return true;
  if (errno != ENOTSOCK)
    return false;
  constexpr std::size_t header = 10; // struct virtio_net_hdr: nothing is left to the host
  const std::string whole = std::string(header, '\0') + frame;
  return ::write(fd, whole.data(), whole.size()) >= 0;
}

} // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> words{argv, argv + argc};
  if (const std::string status = value_of(words, "exit="); !status.empty())
    return std::stoi(status);
  const std::string fd_text = value_of(words, "fd=");
  const std::string mac = value_of(words, "macaddr=");
  fmt::print("VM pid={} fd={} mac={} sock={} mgmt={}\n", ::getpid(), fd_text, mac,
             std::getenv("QEMUSOCK") != nullptr ? std::getenv("QEMUSOCK") : "",
             std::getenv("QEMUMGMT") != nullptr ? std::getenv("QEMUMGMT") : "");
  std::fflush(stdout);
  if (fd_text.empty()) { // run without a wrapper: only be there
    ::pause();
    return 2;
  }
  const int fd = std::stoi(fd_text);
  const std::string frame = frame_from(mac);
  for (;;) {
    if (!send_frame(fd, frame)) {
      fmt::print("VM lost its connection: {}\n", std::strerror(errno));
      return 4;
    }
    pollfd input{STDIN_FILENO, POLLIN, 0};
    char byte = 0;
    if (::poll(&input, 1, 100) > 0 && ::read(STDIN_FILENO, &byte, 1) == 0)
      return 0; // whoever started it has gone
  }
}
