#pragma once

#include "support/accounts.hpp"
#include "support/spawn.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace privilege_lab {

/// A Kerberos realm LAB with this host, with acue and berta, who have tickets, and with a line of our
/// template in root's .k5users that lets acue start the helper by ksu.
class Realm {
 public:
  /// Skips where ksu, or what makes a realm, is not there. Changes /etc and /root, which have to be our own
  /// namespace's.
  Realm();

  /// The variable that tells programs of a user's ticket.
  [[nodiscard]] static std::string ticket(const lab::User& user);

 private:
  [[nodiscard]] lab::SpawnOptions options() const;
  void write_configuration() const;
  void fill() const;

  std::string m_kdc{};
  std::filesystem::path m_modules{};
  std::unique_ptr<lab::Running> m_daemon{};
};

} // namespace privilege_lab
