// Who answers at a switch's socket may be anybody: attaching believes no more than the protocol needs, ends
// in time, and leaves nothing.

#include "support/catch.hpp"
#include "support/lab.hpp"
#include "support/spawn.hpp"
#include "vde/attach.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <thread>

using namespace lab;

namespace {

const std::string k_directory = "/var/tmp/false_switch";
const std::string k_elsewhere = "/var/tmp/elsewhere";

sockaddr_un address_of(const std::string& path, sa_family_t family = AF_UNIX) {
  sockaddr_un address{};
  address.sun_family = family;
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof(address.sun_path)));
  return address;
}

int bound(int type, const std::string& path) {
  const int fd = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_of(path);
  REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  return fd;
}

/// A switch that answers each client with these bytes, and then hangs up.
class FalseSwitch {
 public:
  explicit FalseSwitch(std::string answer) : m_answer(std::move(answer)) {
    std::filesystem::create_directory(k_directory);
    m_listener = bound(SOCK_STREAM, k_directory + "/ctl");
    REQUIRE(::listen(m_listener, 4) == 0);
    m_thread = std::thread{[this] { serve(); }};
  }
  FalseSwitch(const FalseSwitch&) = delete;
  FalseSwitch& operator=(const FalseSwitch&) = delete;
  ~FalseSwitch() {
    ::shutdown(m_listener, SHUT_RDWR);
    m_thread.join();
    ::close(m_listener);
    std::filesystem::remove_all(k_directory);
  }

 private:
  void serve() const {
    for (;;) {
      const int client = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0)
        return;
      char request[512];
      (void)!::recv(client, request, sizeof(request), 0);
      (void)!::send(client, m_answer.data(), m_answer.size(), MSG_NOSIGNAL);
      ::close(client);
    }
  }

  std::string m_answer;
  int m_listener = -1;
  std::thread m_thread{};
};

std::string bytes_of(const sockaddr_un& address) {
  return {reinterpret_cast<const char*>(&address), sizeof(address)};
}

vdeup::Result<vdeup::vde::Attachment> attach() {
  return vdeup::vde::attach(vdeup::SocketPath::directory(k_directory).value(), {.description = "web"},
                            vdeup::Deadline::after(std::chrono::seconds{5}));
}

} // namespace

TEST_CASE("attach: an answer that leads out of the switch's directory is refused, and touches nothing",
          "[run]") {
  const int victim = bound(SOCK_DGRAM, k_elsewhere);
  REQUIRE(::chmod(k_elsewhere.c_str(), 0600) == 0);
  const std::string answer =
      GENERATE(bytes_of(address_of(k_elsewhere)), bytes_of(address_of(k_directory + "/../elsewhere")),
               bytes_of(address_of("elsewhere")), bytes_of(address_of(k_elsewhere, AF_INET)),
               bytes_of(address_of(std::string(108, 'a'))), bytes_of(address_of("")));
  {
    const FalseSwitch false_switch{answer};
    const std::string before = list_var_tmp();
    const auto attached = attach();
    REQUIRE_FALSE(attached);
    INFO(attached.error().message());
    CHECK(attached.error().kind() == vdeup::ErrorKind::refused);
    CHECK(list_var_tmp() == before);
  }
  struct stat status {};
  REQUIRE(::stat(k_elsewhere.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  ::close(victim);
  std::filesystem::remove(k_elsewhere);
}

TEST_CASE("attach: an answer that breaks off is a failure, and leaves nothing", "[run]") {
  const std::string answer = GENERATE(std::string{}, std::string{"\1"}, std::string(109, '\1'));
  const FalseSwitch false_switch{answer};
  const std::string before = list_var_tmp();
  const auto attached = attach();
  REQUIRE_FALSE(attached);
  CHECK(attached.error().kind() == vdeup::ErrorKind::failed);
  CHECK(list_var_tmp() == before);
}
