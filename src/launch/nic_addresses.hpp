#pragma once

#include "model/link.hpp"
#include "model/network.hpp"
#include "model/vm_identity.hpp"
#include "qemu/line.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vdeup::launch {

/// The addresses on one network, so that each VM gets one of its own.
class NicAddresses {
 public:
  /// `seed` and `owner` as vm_address() takes them.
  NicAddresses(std::string seed, uid_t owner) : m_seed(std::move(seed)), m_owner(owner) {}

  /// Take note of the VMs at a switch, by their labels.
  void add(const Switch& vde_switch);
  /// Take note of the VMs with a TAP of their own, by its mark.
  void add(const std::vector<Link>& links);

  /// The address of a NIC: the line's own, else the first derived one that nobody has. Taken from here on.
  /// Errors: refused if a VM has the line's own already, naming it.
  [[nodiscard]] Result<MacAddress> choose(const qemu::Line& line, std::size_t nic);

 private:
  struct Taken {
    MacAddress mac;
    std::string who;
  };
  [[nodiscard]] const Taken* find(const MacAddress& mac) const;

  std::string m_seed;
  uid_t m_owner;
  std::vector<Taken> m_taken{};
};

} // namespace vdeup::launch
