#pragma once

#include <sys/types.h>

#include <string>

namespace lab {

/// End this test process as skipped (CTest's SKIP_RETURN_CODE), and say why.
[[noreturn]] void skip(const std::string& reason);

/// Go into network, mount and PID namespaces of one's own: loopback only, an empty /var/tmp, a HOME under it,
/// an empty /run, a /dev/net/tun that users can open, and an init that takes everything with it when the test
/// ends, however it ends. Nothing done afterwards reaches the machine's own network. Called once by main(),
/// before any test; skips where namespaces are not allowed.
void enter();

/// True if the test runs as real root and can act as other users.
bool can_be_others();

/// Skip the test if it cannot.
void needs_others();

/// An ordinary user of every Debian system, and another one.
struct User {
  const char* name;
  uid_t uid;
  gid_t gid;
};
inline constexpr User k_alice{"nobody", 65534, 65534};
inline constexpr User k_bob{"daemon", 1, 1};

/// Everything of the kernel and of the file system that vdeup could change or leave behind, as text: links
/// with addresses and aliases, addresses, routes of all tables, rules, neighbours, sysctls of forwarding, the
/// tree under /var/tmp, and the vde_switch and vde_plug processes of this namespace.
std::string snapshot();

/// The same with all rules of the packet filter, all settings of IPv4 and IPv6, and each dnsmasq: what a
/// private network changes. Without what the kernel makes up for itself.
std::string whole_snapshot();

/// What one text has more (`+ line`) and less (`- line`) than another.
std::string difference(const std::string& before, const std::string& after);

/// What a snapshot taken now has more (`+ line`) and less (`- line`) than one taken before.
std::string changes_since(const std::string& before);

/// Remove everything under /var/tmp but the home, for a test that runs in several sections.
void clear_files();

/// Wait until IPv6 has made up its mind about all addresses: until then routes come and go by themselves.
void settle();

/// The sockets, directories and locks under /var/tmp, one a line.
std::string list_var_tmp();

/// The pids of the vde_switch processes in this network namespace.
std::string list_switches();

/// The pids of the vde_plug processes in this network namespace.
std::string list_uplinks();

/// The pids of the dnsmasq processes in this network namespace.
std::string list_dnsmasqs();

} // namespace lab
