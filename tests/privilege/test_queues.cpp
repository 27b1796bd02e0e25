// A TAP with several queues takes in whoever opens it under its name, unless it has an owner: the kernel asks
// for no right then. Who had got a queue would be a machine on that bridge, and would read what is for
// another.

#include "privilege/interrupted_request.hpp"
#include "support/catch.hpp"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

using namespace privilege_lab;
using lab::k_acue;
using lab::k_berta;

namespace {

/// A user's program that takes a queue of tap0, and keeps it.
class Intruder {
 public:
  explicit Intruder(const lab::User& user) {
    int ends[2] = {-1, -1};
    REQUIRE(::pipe(ends) == 0);
    m_pid = ::fork();
    if (m_pid == 0)
      intrude(user, ends[1]);
    ::close(ends[1]);
    char answer = 0;
    REQUIRE(::read(ends[0], &answer, 1) == 1);
    ::close(ends[0]);
    m_is_in = answer == 'y';
  }
  Intruder(const Intruder&) = delete;
  Intruder& operator=(const Intruder&) = delete;
  ~Intruder() {
    ::kill(m_pid, SIGKILL);
    ::waitpid(m_pid, nullptr, 0);
  }
  [[nodiscard]] bool is_in() const { return m_is_in; }

 private:
  [[noreturn]] static void intrude(const lab::User& user, int answer) {
    if (::setresgid(user.gid, user.gid, user.gid) < 0 || ::setresuid(user.uid, user.uid, user.uid) < 0)
      ::_exit(1);
    const int fd = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    ifreq request{};
    std::copy_n("tap0", sizeof("tap0"), std::begin(request.ifr_name));
    request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE;
    // Without the right to make a device, one that is not there fails as well.
    (void)!::write(answer, fd >= 0 && ::ioctl(fd, TUNSETIFF, &request) == 0 ? "y" : "n", 1);
    for (;;)
      ::pause();
  }

  pid_t m_pid = -1;
  bool m_is_in = false;
};

const RequestRow& two_queues() {
  const auto& rows = request_table();
  const auto row = std::find_if(rows.begin(), rows.end(), [](const RequestRow& each) {
    return each.request.starts_with("open-tap mine 1500 2");
  });
  REQUIRE(row != rows.end());
  return *row;
}

} // namespace

TEST_CASE("queues: nobody else gets a queue of a machine's TAP", "[privilege]") {
  const Host host;
  make_world(two_queues(), 16);
  Talk talk{k_acue};
  talk.say(line(two_queues().request));
  REQUIRE(talk.answer() == two_queues().answer);
  REQUIRE(has(show("tap0"), "numqueues 2"));
  CHECK(!Intruder{k_berta}.is_in());
  CHECK(!Intruder{k_acue}.is_in()); // the descriptors that were handed out are all that there are
}

TEST_CASE("queues: who gets one while the helper is stopped has it of no device at all", "[privilege]") {
  const lab::User user = GENERATE(k_acue, k_berta);
  const Host host;
  unsigned intrusions = 0;
  for (unsigned change = 1;; ++change) {
    CAPTURE(user.name, change);
    make_world(two_queues(), 16);
    const std::string before = facts();
    Talk talk{k_acue};
    InterruptedRequest request{talk, two_queues()};
    if (!request.advance_to_change(change))
      break;
    const Intruder intruder{user};
    const std::string answer = request.finish();
    if (intruder.is_in()) {
      ++intrusions;
      CHECK(has(answer, "error "));
      CHECK(facts() == before);
    } else {
      CHECK(answer == two_queues().answer);
    }
  }
  CHECK(intrusions > 0); // the kernel leaves a moment for it
}
