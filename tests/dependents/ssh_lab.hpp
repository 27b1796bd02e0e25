#pragma once

#include "dependents/guard_lab.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"
#include "support/tools.hpp"

#include <fmt/format.h>

#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

// A host with a real sshd, and a client in another namespace with a real ssh.
namespace guard_lab {

using lab::read_file;

inline constexpr const char* k_directory = "/var/tmp/home/ssh";
inline constexpr const char* k_port = "2222";

/// Put a file of our own over one of the machine's, for this test only.
inline void replace(const std::string& path, const std::string& text, mode_t mode) {
  const std::string ours = k_directory + std::string{"/"} + std::filesystem::path{path}.filename().string();
  write_file(ours, text);
  REQUIRE(::chmod(ours.c_str(), mode) == 0);
  REQUIRE(::mount(ours.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) == 0);
}

/// Add alice, an ordinary user with a shell, and let her and root log in.
inline void make_users() {
  std::string users = read_file("/etc/passwd");
  if (users.find("\nsshd:") == std::string::npos) // where its package is not installed
    users += "sshd:x:12346:65534::/run/sshd:/usr/sbin/nologin\n";
  replace("/etc/passwd", users + "alice:x:12345:12345::/var/tmp/home:/bin/bash\n", 0644);
  replace("/etc/shadow", "root:*:19000:0:99999:7:::\nsshd:*:19000::::::\nalice:*:19000:0:99999:7:::\n", 0640);
}

/// A host with an sshd, and a client whose key it knows.
class SshLab {
 public:
  SshLab() {
    for (const char* program : {"ssh", "ssh-keygen", "nsenter"})
      needs(program);
    if (!lab::can_be_others())
      lab::skip("sshd needs root");
    std::filesystem::create_directories("/run/sshd");
    connect(m_client);
    std::filesystem::create_directories(k_directory);
    make_users();
    for (const char* key : {"host", "client"})
      REQUIRE(lab::run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                        fmt::format("{}/{}", k_directory, key)})
                  .status == 0);
    start();
  }

  [[nodiscard]] const Elsewhere& client() const { return m_client; }

  /// The words of an ssh from the client.
  [[nodiscard]] std::vector<std::string> ssh(const std::string& user, const std::string& command,
                                             const std::vector<std::string>& options = {}) const {
    return m_client.line(ssh_words(user, k_host_address, command, options));
  }

  static std::vector<std::string> ssh_words(const std::string& user, const std::string& to,
                                            const std::string& command,
                                            const std::vector<std::string>& options = {}) {
    std::vector<std::string> words{"ssh", "-q",   "-F", "none",
                                   "-p",  k_port, "-i", k_directory + std::string{"/client"}};
    for (const char* option : {"StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "BatchMode=yes"})
      words.insert(words.end(), {"-o", option});
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {user + "@" + to, command});
    return words;
  }

  void stop() { m_daemon.reset(); }

 private:
  void start() {
    const std::string directory = k_directory;
    write_file(directory + "/keys", read_file(directory + "/client.pub"));
    write_file(directory + "/config",
               fmt::format("Port {}\nHostKey {}/host\nAuthorizedKeysFile {}/keys\nStrictModes no\nUsePAM no\n"
                           "PidFile none\nPermitRootLogin yes\nPrintLastLog no\nPrintMotd no\n{}",
                           k_port, directory, directory, paths_of_parts()));
    m_daemon = std::make_unique<lab::Running>(
        std::vector<std::string>{m_server, "-D", "-e", "-f", directory + "/config"});
    REQUIRE(lab::eventually([] {
      return lab::run({"ss", "-Hltn", fmt::format("sport = :{}", k_port)}).out.find(k_port) !=
             std::string::npos;
    }));
  }

  /// Settings that lead sshd of OpenSSH 9.8 and later to the programs of its package; earlier ones have none.
  [[nodiscard]] std::string paths_of_parts() const {
    const auto parts = std::filesystem::path{m_server} / "../../lib/openssh";
    std::string settings;
    for (const auto& [setting, program] :
         {std::pair{"SshdSessionPath", "sshd-session"}, std::pair{"SshdAuthPath", "sshd-auth"}})
      if (std::filesystem::exists(parts / program))
        settings += fmt::format("{} {}\n", setting, (parts / program).lexically_normal().string());
    return settings;
  }

  std::string m_server = lab::tool("sshd");
  Elsewhere m_client{};
  std::unique_ptr<lab::Running> m_daemon{};
};

} // namespace guard_lab
