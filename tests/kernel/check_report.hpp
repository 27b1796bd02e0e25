#pragma once

#include "support/spawn.hpp"

#include <string>
#include <vector>

namespace lab {

/// What `vdeup check` printed, finding by finding.
class CheckReport {
 public:
  struct Finding {
    bool is_fault = false;
    std::string what;
    std::string hint;
  };

  explicit CheckReport(Finished done);

  [[nodiscard]] int status() const { return m_done.status; }
  [[nodiscard]] const Finished& done() const { return m_done; }
  [[nodiscard]] const std::vector<Finding>& findings() const { return m_findings; }
  /// The first finding that says so, or nullptr.
  [[nodiscard]] const Finding* find(const std::string& text) const;
  [[nodiscard]] bool says(const std::string& text) const;

 private:
  Finished m_done;
  std::vector<Finding> m_findings{};
};

CheckReport check(std::vector<std::string> more = {}, const SpawnOptions& options = {});

/// The command in a hint: what stands in the first `…`, or all of it.
std::string command_in(const std::string& hint);

/// Do what a hint says, as a user does who pastes it into a shell.
Finished follow(const std::string& hint);

/// Run a shell line that has to succeed.
void sh(const std::string& line);

/// A thing that goes wrong, and how check names it.
struct Trouble {
  const char* name;                ///< of the row
  void (*make)();                  ///< make it for real
  const char* named;               ///< part of the finding
  bool is_fault = true;            ///< or a note
  int status_afterwards = 0;       ///< of check, when the hint was followed
  std::vector<std::string> more{}; ///< arguments of check
};

/// Require that check names a trouble, that its exit status says so, and that what it prints mends it.
void require_named_and_mended(const Trouble& trouble);

} // namespace lab
