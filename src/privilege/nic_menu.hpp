#pragma once

#include "nicmove/requester.hpp"
#include "privilege/caller.hpp"
#include "privilege/menu_rules.hpp"
#include "privilege/nic_request.hpp"

#include <functional>
#include <optional>

namespace vdeup::privilege {

/// The part of the menu that takes root. The monitor (privilege/nic_monitor.hpp) has it, and nobody else.
///
/// Nothing that a request says is believed: the NIC is looked at, the move thought through, proven and, where
/// that fails, taken back, all by whoever carries the request out. Errors: refused, naming the line of the
/// policy or what speaks against the move; those of nicmove::MoveService.
class NicMenu {
 public:
  NicMenu(Caller caller, MenuRules rules) : m_caller(std::move(caller)), m_rules(std::move(rules)) {}

  /// How the caller is spoken with meanwhile.
  struct Talk {
    std::function<void(const std::string&)> tell; ///< for people
    std::function<Result<>()> is_there;           ///< as nicmove::Requester has it
  };

  /// Carry a request out. Nothing if no move was made: it was rehearsed, confirmed, or one that waited was
  /// taken back.
  [[nodiscard]] Result<std::optional<MovedNic>> perform(const NicRequest& request, Talk talk) const;

 private:
  Caller m_caller;
  MenuRules m_rules;
};

} // namespace vdeup::privilege
