#pragma once

#include "base/deadline.hpp"
#include "base/unique_fd.hpp"
#include "bench/report.h"

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bench {

using Words = std::vector<std::string>;

/// What was measured of one thing, several times.
class Series {
 public:
  void add(double value) { m_values.push_back(value); }
  /// The value that the given part of all values does not exceed: 0 the least, 0.5 the median.
  [[nodiscard]] double quantile(double part) const;
  [[nodiscard]] double median() const { return quantile(0.5); }

 private:
  std::vector<double> m_values{};
};

/// A program on its way. What it writes goes into the file of last_words().
class Child {
 public:
  /// Start `line`. With `hold_fd`, the program is to stay until the other end of that pipe is closed.
  explicit Child(const Words& line, int hold_fd = -1);
  Child(Child&&) noexcept = default;
  Child& operator=(Child&&) = delete;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() = default;

  /// What the VM at the end of the line reported; nothing if it never got to it.
  std::optional<vm_report> report(const vdeup::Deadline& deadline);

  /// Wait for the end. A program that does not end in time is killed, and its status is -1.
  int finish(const vdeup::Deadline& deadline);

  [[nodiscard]] std::int64_t started_ns() const { return m_started_ns; }

 private:
  std::int64_t m_started_ns = 0;
  pid_t m_pid = -1;
  vdeup::UniqueFd m_pidfd{};
  vdeup::UniqueFd m_report{};
};

/// Time from just before the fork to the main() of the VM that the line ends in. Throws where none began.
double time_until_vm(const Words& line);

/// Time from just before the fork to the end of the program. Throws where it fails.
double time_until_end(const Words& line);

/// Run to the end. Throws where it fails.
void run(const Words& line);

/// The exit status of a program.
int status_of(const Words& line);

/// How many processes and threads the line makes beside its own first one. Throws where it cannot be traced.
int count_forks(const Words& line);

/// Measure alternatives in turn, so that whatever else the machine does hits all of them alike. The first
/// rounds are not counted. One series for each alternative.
std::vector<Series> interleave(int rounds, const std::vector<std::function<double()>>& alternatives);

/// The end of what the programs have written, for a message.
std::string last_words();

} // namespace bench
