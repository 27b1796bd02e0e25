#pragma once

#include <string>
#include <vector>

namespace vdeup {

/// A program that configures an interface, and how that was seen.
struct NicManager {
  enum class Kind { networkd, network_manager, ifupdown, dhcp_client, connman };
  /// What it does with the interface at present.
  enum class Hold {
    manages,   ///< keeps it as its configuration says, and may undo what others change
    undecided, ///< has not made up its mind yet
    has_set,   ///< set it up once and does not look at it until it is told to
    leaves,    ///< is there, and leaves this interface alone
  };
  Kind kind = Kind::networkd;
  std::string name; ///< of the program
  Hold hold = Hold::leaves;
  bool is_dynamic = false;             ///< the address is leased (DHCP), and somebody has to renew it
  std::string configuration{};         ///< a file, or the UUID of a connection; empty: not known
  std::vector<std::string> evidence{}; ///< what was seen, for people

  /// True if it may change the interface at any time.
  [[nodiscard]] bool is_in_charge() const { return hold == Hold::manages || hold == Hold::undecided; }
};

} // namespace vdeup
