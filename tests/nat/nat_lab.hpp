#pragma once

#include "model/nat.hpp"
#include "nat/dnsmasq_words.hpp"
#include "support/accounts.hpp"
#include "support/spawn.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

// What the tests of private networks share: a bridge with the addresses of one, users, and VMs in it.
namespace nat_lab {

using lab::has;

inline constexpr const char* k_gateway = "10.99.7.1";
inline constexpr const char* k_gateway6 = "fd12:3456:789a:1::1";

[[nodiscard]] vdeup::IfName bridge();
[[nodiscard]] vdeup::PrivateNetwork network();
[[nodiscard]] vdeup::Identity identity_of(const lab::User& user);
[[nodiscard]] vdeup::SocketPath switch_of(const vdeup::Identity& owner);
[[nodiscard]] vdeup::StartDnsmasq start_for(const vdeup::Identity& owner);
/// The bridge above, as it is seen in this network namespace.
[[nodiscard]] vdeup::nat::ServedBridge served_bridge();

/// The bridge, in this network namespace, with both addresses of the network.
void make_bridge();

/// A host with accounts and that bridge. Skips where that takes more than this test may do, or dnsmasq is not
/// there.
void make_host();

/// The pids of the dnsmasq processes that there are.
[[nodiscard]] std::vector<pid_t> dnsmasqs();
/// The value of a line of /proc/PID/status, without blanks before it.
[[nodiscard]] std::string status_of(pid_t pid, const std::string& key);
/// The words that a process was started with, without argv[0].
[[nodiscard]] std::vector<std::string> words_of(pid_t pid);

/// Do something in a child, and give the error of it as text: "what: cause / hint".
[[nodiscard]] std::string in_a_child(const std::function<vdeup::Result<>()>& action);
/// Do something as vdeup-helper is this user, and give the error of it as text.
[[nodiscard]] std::string as_helper_of(const lab::User& user, const std::function<vdeup::Result<>()>& action);

/// A VM, as far as the network sees it: a network namespace behind a port of the bridge.
class Client {
 public:
  explicit Client(const std::string& name);

  /// Run a program there to its end.
  lab::Finished run(const std::vector<std::string>& line) const;
  /// Ask for an address as a VM of this name, and take it. Gives what came with it, `ip=… router=…`.
  [[nodiscard]] std::string ask_for_address(const std::string& hostname) const;
  /// What nslookup says.
  [[nodiscard]] std::string look_up(const std::string& name) const;
  [[nodiscard]] pid_t pid() const { return m_holder->pid(); }

 private:
  std::unique_ptr<lab::Running> m_holder;
};

void must(const std::string& line);

} // namespace nat_lab
