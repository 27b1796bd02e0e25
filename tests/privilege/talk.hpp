#pragma once

#include "privilege/privilege_lab.hpp"

#include <string>
#include <vector>

namespace privilege_lab {

inline const std::string k_hello = line("hello");

/// What the kernel says of a process under this key; empty if there is none.
[[nodiscard]] std::string status_of(const std::string& pid, const std::string& key);

/// The pids of the helpers that run.
[[nodiscard]] std::vector<std::string> helpers();

/// Signal a process as a user does, with one signal or with several, one after the other. False if the
/// kernel does not let him.
bool signal_as(const lab::User& user, const std::string& pid, const std::string& names);

/// A talk that has begun: the helper serves.
class Talk {
 public:
  explicit Talk(const lab::User& user, std::vector<std::string> environment = {});

  /// Say a line and wait for the answer to it.
  void say(const std::string& text);
  /// Say a line and do not wait.
  void begin(const std::string& text);
  /// Wait for the answers to all that has been said. False if they do not come.
  bool wait_for_answers();
  /// The last answer.
  [[nodiscard]] std::string answer() const;

  [[nodiscard]] const std::string& output() const { return m_talker.output(); }
  [[nodiscard]] const std::string& helper() const { return m_helper; } ///< its pid
  lab::Running& talker() { return m_talker; }

 private:
  lab::Running m_talker;
  std::string m_helper{};
  std::size_t m_said = 0;
};

} // namespace privilege_lab
