#pragma once

#include "support/accounts.hpp"
#include "support/files.hpp"
#include "support/spawn.hpp"
#include "support/tools.hpp"

#include <string>
#include <vector>

// What the tests of the helper share: the programs under test, installed under a prefix of the lab's own,
// where files can have capabilities; accounts; an /etc that nobody else sees; and two users of whom policy
// speaks.
namespace privilege_lab {

using lab::has;
using lab::needs;
using lab::write_file;

inline constexpr const char* k_prefix = "/var/tmp/home/prefix";

inline constexpr const char* k_machine_id = "0123456789abcdef0123456789abcdef";

/// Whether the installed helper has its file capability, with those that a dnsmasq needs or without.
enum class Capability { given, net_admin_only, none };

/// A host with vdeup installed for users. Skips where that takes more than this test may do.
class Host {
 public:
  explicit Host(Capability capability = Capability::given);

  [[nodiscard]] static std::string helper();
  /// Write the policy; it is root's, with mode 0644.
  static void set_policy(const std::string& text);
  /// Run the installed vdeup as a user.
  [[nodiscard]] static lab::Finished vdeup(const lab::User& user, std::vector<std::string> arguments,
                                           std::vector<std::string> environment = {});
  /// Send lines to a helper of this user by the talker, and give what it prints, one line each.
  [[nodiscard]] static std::string talk(const lab::User& user, const std::string& lines,
                                        const std::vector<std::string>& environment = {});
  /// The words of the talker, for a program and its options.
  [[nodiscard]] static std::vector<std::string> talker(std::vector<std::string> program = {helper()},
                                                       std::vector<std::string> options = {});
};

/// Run a line of words, which has to succeed, and give what it prints.
std::string must(const std::string& line);

/// Write a request, with the version in front of it.
std::string line(const std::string& words);
/// A socket directory as a request has it.
std::string hexadecimal(const std::string& text);

/// True if there is a device of that name.
[[nodiscard]] bool exists(const std::string& device);
/// What `ip` says of a device that exists.
[[nodiscard]] std::string show(const std::string& device);

} // namespace privilege_lab
