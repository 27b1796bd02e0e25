#pragma once

#include "support/lab.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace lab {

struct Finished {
  int status = -1; ///< exit status, or 128 + signal
  std::string out;
  std::string err;
};

struct SpawnOptions {
  std::optional<User> user{};             ///< whom to run it as
  std::vector<std::string> environment{}; ///< NAME=value, beside our own
  std::string directory{};                ///< working directory
  std::chrono::milliseconds patience{60'000};
};

/// A program running beside the test; killed and reaped at the end.
class Running {
 public:
  Running(const std::vector<std::string>& line, const SpawnOptions& options = {});
  Running(Running&& other) noexcept;
  Running& operator=(Running&&) = delete;
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running();

  [[nodiscard]] pid_t pid() const { return m_pid; }
  void signal(int number) const;

  /// Wait until standard output holds `text`. False after `patience`, or when the program ended without it.
  bool wait_for(const std::string& text, std::chrono::milliseconds patience = std::chrono::seconds{60});

  /// Wait for the end; after `patience` it is killed and the status is -1.
  Finished finish(std::chrono::milliseconds patience = std::chrono::seconds{60});

  [[nodiscard]] const std::string& output() const { return m_out; }

  /// Write to its standard input.
  void write(const std::string& text) const;

 private:
  bool read_some(std::chrono::milliseconds patience);

  pid_t m_pid = -1;
  int m_in_fd = -1;
  int m_out_fd = -1;
  int m_err_fd = -1;
  std::string m_out;
  std::string m_err;
};

/// True if a part is in a text.
bool has(const std::string& text, const std::string& part);

/// How often a part is in a text, without overlaps.
std::size_t count(const std::string& text, const std::string& part);

/// The words of a line, which blanks separate.
std::vector<std::string> to_words(const std::string& line);

/// Run a program to its end.
Finished run(const std::vector<std::string>& line, const SpawnOptions& options = {});

/// Run the vdeup under test to its end.
Finished run_vdeup(std::vector<std::string> arguments, const SpawnOptions& options = {});

/// Run it under one of its names: vdeup, ctys-setupVDE, vdeq, …
Finished run_called(const std::string& name, std::vector<std::string> arguments,
                    const SpawnOptions& options = {});

/// The directory of the programs under test.
std::string bin_directory();

/// A deadline for this machine: longer by as much as it takes longer than usual to start a program, at most
/// six times. Measured once, when the first deadline is set.
std::chrono::milliseconds scaled(std::chrono::milliseconds usual);

/// Poll a condition until it is true or patience ends. For states that nothing announces.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds patience = scaled(std::chrono::seconds{10})) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    struct timespec pause {
      0, 5'000'000
    };
    ::nanosleep(&pause, nullptr);
  }
  return true;
}

} // namespace lab
