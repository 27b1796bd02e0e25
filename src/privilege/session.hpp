#pragma once

#include "engine/lane.hpp"
#include "model/step.hpp"
#include "privilege/protocol.hpp"
#include "privilege/ways.hpp"

#include <functional>
#include <optional>

namespace vdeup::privilege {

/// The client's side: a helper that is started at the first step that needs it, serves the steps that follow,
/// and ends with the session.
class Session {
 public:
  /// Told by which way the helper was started.
  using Teller = std::function<void(std::string_view)>;

  Session(PrivilegeWish wish, Teller tell) : m_wish(wish), m_tell(std::move(tell)) {}

  /// Have a step carried out. Errors: not_permitted, naming every way that was tried, if there is none; else
  /// as the helper says. After an error of the channel nobody knows whether the step was done.
  [[nodiscard]] Result<> execute(const LinkStep& step);
  [[nodiscard]] Result<> execute(const NatStep& step);
  [[nodiscard]] Result<engine::VmTap> open_tap(const VmTapPlan& plan);

  /// Have a NIC moved, which takes a helper that root has started: one that has a capability alone makes
  /// place for it. `tell` hears what is for people, on the way. Nothing if no move was made
  /// (NicRequestHandler). Errors: as above; those of the move, after which all is as it was, or the hint says
  /// what is not.
  using Tell = std::function<void(const std::string&)>;
  [[nodiscard]] Result<std::optional<MovedNic>> execute(const NicRequest& request, const Tell& tell);

  /// Ask whether the caller may have one more TAP, on this bridge. Nobody is bothered for it: not sudo and
  /// its like, whose logs tell of whom they refuse, unless they are wished for, and no person at a terminal.
  /// Errors: not_permitted if no way leads to the helper; refused, naming the line.
  [[nodiscard]] Result<> may_attach(const IfName& bridge);

  /// Ask whether the caller may have a private network behind this bridge, and whether it would lead outside.
  /// Nobody is bothered for it. Errors: as may_attach(); refused, naming what is in the way.
  [[nodiscard]] Result<> may_masquerade(const IfName& bridge);

  /// Say whether the rules of the caller's private network behind this bridge are there; nothing where nobody
  /// can be asked without being bothered.
  [[nodiscard]] std::optional<bool> has_nat_rules(const IfName& bridge, const NatMark& mark);

  /// End the helper, if there is one. A step that follows starts another.
  void end();

 private:
  enum class Needs { net_admin, root };
  [[nodiscard]] Result<> start(const std::string& what, const PrivilegeWish& wish,
                               Needs needs = Needs::net_admin);
  [[nodiscard]] Result<> order(const std::string& what, const Request& step);
  [[nodiscard]] Result<Reply> ask_quietly(const std::string& what, const Request& question);
  [[nodiscard]] Result<> greet(const Way& way);
  [[nodiscard]] Result<Reply> ask(const Request& request, const Deadline& deadline, const Tell& tell = {});
  [[nodiscard]] Result<Reply> exchange(const Request& request, const Deadline& deadline,
                                       const Tell& tell) const;
  [[nodiscard]] Error channel_error(Error error) const;

  PrivilegeWish m_wish;
  Teller m_tell;
  std::optional<process::Companion> m_helper{};
  bool m_is_from_root = false; ///< root has started it
};

} // namespace vdeup::privilege
