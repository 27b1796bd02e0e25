#include "base/text.hpp"
#include "launch/capability_cache.hpp"
#include "process/command.hpp"
#include "qemu/case_files.hpp"
#include "support/catch.hpp"
#include "support/qemu_corpus.hpp"
#include "support/spawn.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <set>

using namespace lab;
using vdeup::qemu::Connected;
using vdeup::qemu::VdeNic;
namespace fs = std::filesystem;

namespace {

/// Two connected sockets. The first is inherited by QEMU, the second stays here.
class SocketPair {
 public:
  explicit SocketPair(int type) {
    if (::socketpair(AF_UNIX, type, 0, m_fds.data()) < 0)
      throw std::runtime_error("socketpair");
    (void)::fcntl(m_fds[1], F_SETFD, FD_CLOEXEC);
  }
  SocketPair(SocketPair&& other) noexcept : m_fds(std::exchange(other.m_fds, {-1, -1})) {}
  SocketPair& operator=(SocketPair&&) = delete;
  SocketPair(const SocketPair&) = delete;
  SocketPair& operator=(const SocketPair&) = delete;
  ~SocketPair() {
    close_theirs();
    if (m_fds[1] >= 0)
      ::close(m_fds[1]);
  }

  [[nodiscard]] int theirs() const { return m_fds[0]; }
  [[nodiscard]] int ours() const { return m_fds[1]; }
  void close_theirs() {
    if (m_fds[0] >= 0)
      ::close(std::exchange(m_fds[0], -1));
  }

 private:
  std::array<int, 2> m_fds{-1, -1};
};

/// What an installed emulator answers; nothing if it is not installed.
std::optional<vdeup::qemu::Capabilities> installed(const std::string& program) {
  static std::map<std::string, std::optional<vdeup::qemu::Capabilities>> known;
  const auto found = known.find(program);
  if (found != known.end())
    return found->second;
  auto& answers = known[program];
  if (const auto path = vdeup::process::find_program(program))
    answers = vdeup::launch::capabilities_of(path.value());
  return answers;
}

/// The words that a line becomes with these answers, or the error.
std::string words_with(QemuCase example, const vdeup::qemu::Capabilities& answers) {
  example.capabilities = answers;
  const auto outcome = rewrite_case(example, [](const VdeNic& nic, std::size_t number) {
    const auto mac = vdeup::MacAddress::parse(fmt::format("52:54:00:00:00:{:02x}", number + 1));
    return Connected{.fd = 10, .mac = nic.mac.value_or(mac.value()), .socket = "/switch"};
  });
  return outcome.error + vdeup::shell_line(outcome.words);
}

/// One trial of one case: its files, its connections and its monitor.
class Trial {
 public:
  explicit Trial(const QemuCase& example) : m_case(example) {
    fs::create_directory(k_directory);
    fs::current_path(k_directory);
    for (const auto& [kind, path] : m_case.files)
      if (kind == "switch")
        start_switch(path);
      else
        make_case_file(kind, path);
  }
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;
  ~Trial() {
    fs::current_path("/");
    fs::remove_all(k_directory);
  }

  /// Rewrite the line, start QEMU with it, let it answer once and quit. Says what is wrong; nothing if
  /// nothing is.
  std::string run() {
    const auto outcome = rewrite_case(m_case, [this](const VdeNic& nic, std::size_t number) {
      m_connections.emplace_back(SOCK_DGRAM);
      const auto mac = vdeup::MacAddress::parse(fmt::format("52:54:00:00:00:{:02x}", number + 1));
      return Connected{.fd = m_connections.back().theirs(),
                       .mac = nic.mac.value_or(mac.value()),
                       .socket = nic.socket.value_or("/var/tmp/vde_switch0.user")};
    });
    if (!outcome.error.empty())
      return outcome.error;
    SocketPair monitor{SOCK_STREAM};
    std::vector<std::string> words = outcome.words;
    if (words.front() == "kvm") // KVM may be there and yet not run a guest
      words.front() = "qemu-system-x86_64";
    for (const char* word : {"-S", "-display", "none", "-mon", "chardev=trial,mode=control", "-chardev"})
      words.emplace_back(word);
    words.push_back(fmt::format("socket,id=trial,fd={}", monitor.theirs()));
    const std::string commands = R"({"execute":"qmp_capabilities"}{"execute":"quit"})";
    (void)!::write(monitor.ours(), commands.data(), commands.size());
    Running qemu{words, {.patience = k_patience}};
    monitor.close_theirs();
    return judge(qemu.finish(k_patience), words);
  }

 private:
  static constexpr const char* k_directory = "/var/tmp/trial";
  static constexpr std::chrono::seconds k_patience{30};

  void start_switch(const std::string& path) {
    m_switches.emplace_back(std::vector<std::string>{"vde_switch", "-s", path});
    if (!eventually([&path] { return fs::exists(path + "/ctl"); }))
      throw std::runtime_error("vde_switch did not start");
  }

  [[nodiscard]] std::string judge(const Finished& done, const std::vector<std::string>& words) const {
    const bool is_unattached = done.err.find("has no peer") != std::string::npos ||
                               done.err.find("was not created") != std::string::npos;
    if (done.status == (m_case.is_refused ? 1 : 0) && is_unattached == m_case.is_unattached)
      return {};
    return fmt::format("status {}\n{}\n{}\n{}", done.status, vdeup::shell_line(words), done.out, done.err);
  }

  const QemuCase& m_case;
  std::vector<Running> m_switches{};
  std::vector<SocketPair> m_connections{};
};

/// Why a case cannot be tried here; empty if it can.
std::string reason_to_skip(const QemuCase& example) {
  if (!example.needs.empty())
    return "needs " + example.needs;
  if (!installed(example.line.front()))
    return example.line.front() + " is not installed";
  return example.is_for_other_qemu ? "for another version of QEMU" : "";
}

} // namespace

TEST_CASE("qemu: each installed QEMU answers all questions", "[qemu]") {
  std::set<fs::path> asked;
  for (const auto& file : fs::directory_iterator{"/usr/bin"}) {
    const std::string name = file.path().filename().string();
    if (!name.starts_with("qemu-system-"))
      continue;
    const auto answers = vdeup::launch::capabilities_of(file.path().string());
    INFO(name);
    CHECK(answers.version.is_known());
    CHECK(answers.has_socket);
    CHECK(answers.has_dgram == (answers.version >= vdeup::qemu::Version{7, 2}));
    asked.insert(fs::canonical(file.path()));
  }
  const fs::path cache = fs::path{std::getenv("HOME")} / ".cache" / "vdeup";
  CHECK(std::distance(fs::directory_iterator{cache}, {}) == static_cast<std::ptrdiff_t>(asked.size()));
  CHECK_FALSE(asked.empty());
}

TEST_CASE("qemu: each rewritten line of tests/cases/qemu is accepted by the real QEMU", "[qemu]") {
  std::map<std::string, std::vector<std::string>> skipped;
  unsigned accepted = 0;
  for (QemuCase example : read_qemu_cases()) {
    if (example.expects_error())
      continue;
    if (const auto reason = reason_to_skip(example); !reason.empty()) {
      skipped[reason].push_back(example.name);
      continue;
    }
    example.has_kvm = false;
    auto supplied = std::exchange(example.capabilities, *installed(example.line.front()));
    supplied.version = example.capabilities.version;
    INFO(example.name);
    if (example.has_own_answers)
      example.capabilities = supplied;
    else if (supplied.version >= vdeup::qemu::Version{7, 2})
      CHECK(words_with(example, example.capabilities) == words_with(example, supplied));
    const std::string wrong = Trial{example}.run();
    INFO(example.name << ": " << wrong);
    CHECK(wrong.empty());
    accepted += wrong.empty() ? 1U : 0U;
  }
  fmt::print("{} lines did what they are to do\n", accepted);
  for (const auto& [reason, names] : skipped)
    fmt::print("{} skipped, {}: {}\n", names.size(), reason, fmt::join(names, ", "));
  CHECK(accepted > 20); // with one emulator of the least usual kind
}
