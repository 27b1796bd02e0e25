#pragma once

#include "privilege/privilege_lab.hpp"

#include <string>

namespace privilege_lab {

// What the tests of elevation share: programs that give privileges, set up for the lab alone.

/// A /run of our own, for the tickets of sudo and the like.
void own_run();

/// A template as it is installed, for the helper of the lab.
[[nodiscard]] std::string read_template(const std::string& name);

/// Have sudo follow these rules, and believe everybody.
void let_sudo(const std::string& rules);

/// Have nobody run a program of the machine's, for this test.
void hide(const std::string& program);

/// polkitd with the action of our template, and the bus that it is asked on.
class Polkit {
 public:
  /// Skips where it is not installed. /run has to be our own.
  Polkit();

 private:
  lab::Running m_bus;
  lab::Running m_daemon;
};

} // namespace privilege_lab
