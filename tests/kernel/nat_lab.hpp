#pragma once

#include "kernel/netlink.hpp"
#include "model/nat.hpp"
#include "nic/nic_lab.hpp"

#include <optional>
#include <string>

// What the tests of private networks share.
namespace nat_lab {

/// Carry out a step as the kernel room does it; it has to succeed.
void add(const vdeup::AddPrivateNetwork& step);
void remove(const vdeup::RemovePrivateNetwork& step);
vdeup::Result<> try_to_add(const vdeup::AddPrivateNetwork& step);
vdeup::Result<> try_to_remove(const vdeup::RemovePrivateNetwork& step);

/// The private network that a bridge shows, which has to be there.
std::optional<vdeup::PrivateNetwork> seen(const std::string& bridge);

/// True if it has a table with its mark; the test has to be allowed to look.
bool has_rules(const std::string& bridge);

/// The mark of a switch of alice's.
vdeup::NatMark mark_of(const std::string& bridge);

/// An empty bridge that bears its mark and is up. At the end it goes, with what was made of it.
class PrivateBridge {
 public:
  explicit PrivateBridge(std::string name);
  PrivateBridge(const PrivateBridge&) = delete;
  PrivateBridge& operator=(const PrivateBridge&) = delete;
  ~PrivateBridge();

 private:
  std::string m_name;
};

/// The steps for that bridge: 10.NUMBER.5.1/24 and fdNUMBER::1/64.
vdeup::AddPrivateNetwork adding(const std::string& bridge, int number = 77, bool with_ip6 = true);
vdeup::RemovePrivateNetwork removing(const std::string& bridge);

vdeup::IpPrefix prefix_of(const std::string& address, std::uint8_t length);

/// All that a private network can change, as text: links, addresses, routes, rules, the packet filter, and
/// every value of the kernel's for IPv4 and IPv6.
std::string whole_state();
/// What is less (`- …`) and more (`+ …`) than it was.
std::string changes_of_state(const std::string& before);

/// The value of a sysctl: "ipv4/ip_forward".
std::string value_of(const std::string& key);

/// The table of a bridge, as nft(8) prints it.
std::string table_of(const std::string& bridge);

/// A VM behind a private bridge: a namespace with one NIC, `lan`, that has .9 and ::9 of its network.
class Vm {
 public:
  Vm(const std::string& bridge, int number);
  Vm(const Vm&) = delete;
  Vm& operator=(const Vm&) = delete;
  ~Vm();
  /// True if an address answers a ping from there.
  [[nodiscard]] bool reaches(const std::string& address) const;
  [[nodiscard]] const lab::NetworkNamespace& where() const { return m_where; }

 private:
  lab::NetworkNamespace m_where;
  std::string m_port;
};

/// True if an address answers a ping from a namespace.
bool reaches(const lab::NetworkNamespace& from, const std::string& address);

} // namespace nat_lab
