// A client of the helper that says what it is told to, also what vdeup never would:
//
//   talker [--made-by UID --as UID] -- PROGRAM [ARGUMENT...] <LINES
//
// starts the program with a channel as standard input and its own environment, sends each line as a message
// and prints the reply: `ok`, `tap NAME, N descriptors`, `error CAUSE` or `end`. Lines that begin with `!`
// are for the talker: `!stop`, `!continue` and `!kill` signal the program, `!wait` waits for another line
// without an answer,
// `!close` ends the talk, `!flood` sends requests and reads no reply until no more go in, `!fuzz SEED COUNT`
// sends as many random and as many mutated messages and counts the replies. With --made-by the channel is
// made as one user, and the program run as another one.

#include "privilege/channel.hpp"
#include "privilege/protocol.hpp"

#include <fmt/format.h>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

using namespace vdeup;
using namespace vdeup::privilege;

namespace {

// For a helper that a tracer holds at every system call in turn, while others work.
constexpr std::chrono::seconds k_patience{120};

struct Options {
  uid_t made_by = 0;
  uid_t as = 0;
  bool is_other = false;
  std::vector<char*> program{};
};

Options read_options(int argc, char** argv) {
  Options options;
  int at = 1;
  for (; at < argc && std::string_view{argv[at]} != "--"; at += 2) {
    options.is_other = true;
    (std::string_view{argv[at]} == "--as" ? options.as : options.made_by) =
        static_cast<uid_t>(std::stoul(argv[at + 1]));
  }
  for (++at; at < argc; ++at)
    options.program.push_back(argv[at]);
  options.program.push_back(nullptr);
  return options;
}

class Talker {
 public:
  explicit Talker(Options options) {
    int ends[2] = {-1, -1};
    if (options.is_other)
      (void)!::seteuid(options.made_by);
    (void)!::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
    if (options.is_other)
      (void)!::seteuid(0);
    m_channel.reset(ends[0]);
    m_pid = ::fork();
    if (m_pid == 0) {
      if (options.is_other && (::setresgid(options.as, options.as, options.as) < 0 ||
                               ::setresuid(options.as, options.as, options.as) < 0))
        ::_exit(1);
      ::dup2(ends[1], STDIN_FILENO);
      ::execv(options.program.front(), options.program.data());
      ::_exit(127);
    }
    ::close(ends[1]);
  }
  ~Talker() {
    m_channel.reset();
    (void)::waitpid(m_pid, nullptr, 0);
  }
  Talker(const Talker&) = delete;
  Talker& operator=(const Talker&) = delete;

  void handle(const std::string& line) {
    std::istringstream words{line};
    std::string verb;
    words >> verb;
    if (!line.starts_with('!'))
      say(line);
    else if (verb == "!stop" || verb == "!continue" || verb == "!kill")
      (void)::kill(m_pid, verb == "!stop" ? SIGSTOP : verb == "!kill" ? SIGKILL : SIGCONT);
    else if (verb == "!close")
      m_channel.reset();
    else if (verb == "!flood")
      flood();
    else if (verb == "!fuzz")
      fuzz(words);
    print("done " + verb);
  }

 private:
  static void print(const std::string& text) {
    fmt::print("{}\n", text);
    (void)std::fflush(stdout);
  }

  std::string ask(const std::string& message) {
    if (!send_message(m_channel.get(), message, {}, Deadline::after(k_patience)))
      return "end";
    auto answer = receive_message(m_channel.get(), k_max_reply, Fds::dropped, Deadline::after(k_patience));
    if (!answer || !answer.value())
      return answer ? "end" : "error " + answer.error().message();
    auto reply = read_reply(answer.value()->bytes);
    if (!reply)
      return "error " + reply.error().message();
    if (reply.value().error)
      return "error " + reply.value().error->cause();
    if (reply.value().is_no)
      return "no";
    return reply.value().tap ? take_tap(reply.value()) : "ok";
  }

  std::string take_tap(const Reply& reply) {
    while (m_fds.size() < reply.queues + reply.vhost) {
      auto more = receive_message(m_channel.get(), k_max_reply, Fds::taken, Deadline::after(k_patience));
      if (!more || !more.value())
        return "end";
      for (UniqueFd& fd : more.value()->fds)
        m_fds.push_back(std::move(fd));
    }
    return fmt::format("tap {}, {} descriptors", reply.tap->str(), reply.queues);
  }

  void flood() {
    constexpr std::chrono::seconds too_long{1}; // for a program that reads
    while (send_message(m_channel.get(), "vdeup-helper/2 hello", {}, Deadline::after(too_long))) {
    }
  }

  void say(const std::string& line) { print(ask(line)); }

  /// Bytes without sense, and requests with a few of them changed, which can still be requests.
  void fuzz(std::istringstream& words) {
    unsigned seed = 0;
    unsigned count = 0;
    words >> seed >> count;
    std::mt19937 random{seed};
    const std::vector<std::string> models{
        "vdeup-helper/2 create-bridge br9 52:54:01:00:00:01 1500 -",
        "vdeup-helper/2 delete-bridge foreign -",
        "vdeup-helper/2 create-tap tap77 1500 x2f746d702f73",
        "vdeup-helper/2 delete-tap tap9 x2f746d702f73",
        "vdeup-helper/2 set-bridge tap9 foreign",
        "vdeup-helper/2 set-up foreign",
        "vdeup-helper/2 open-tap foreign 1500 4 x766d 52:54:00:00:00:01 x2f746d702f73"};
    std::map<std::string, unsigned> outcomes;
    for (unsigned i = 0; i < 2 * count; ++i) {
      std::string message = i < count ? std::string{} : models[random() % models.size()];
      for (std::size_t left = i < count ? 1 + random() % 300 : 0; left > 0; --left)
        message += static_cast<char>(random());
      for (std::size_t left = 1 + random() % 4; i >= count && left > 0; --left)
        mutate(message, random);
      const std::string outcome = ask(message);
      ++outcomes[outcome.substr(0, outcome.find(' '))];
    }
    for (const auto& [outcome, times] : outcomes)
      print(fmt::format("fuzz {} {}", outcome, times));
  }

  static void mutate(std::string& message, std::mt19937& random) {
    const std::size_t at = random() % message.size();
    switch (random() % 4) {
    case 0:
      message[at] = static_cast<char>(random());
      break;
    case 1:
      message.erase(at, 1 + random() % 5);
      break;
    case 2:
      message.insert(at, std::string(1 + random() % 20, static_cast<char>(random())));
      break;
    default:
      message += message.substr(at);
    }
    message.resize(std::max<std::size_t>(1, std::min<std::size_t>(message.size(), 6000)), ' ');
  }

  UniqueFd m_channel;
  pid_t m_pid = -1;
  std::vector<UniqueFd> m_fds{};
};

} // namespace

int main(int argc, char** argv) {
  Talker talker{read_options(argc, argv)};
  for (std::string line; std::getline(std::cin, line);)
    talker.handle(line);
}
