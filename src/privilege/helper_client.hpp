#pragma once

#include "engine/lane.hpp"
#include "model/step.hpp"
#include "privilege/elevation.hpp"
#include "privilege/protocol.hpp"

#include <functional>
#include <optional>

namespace vdeup::privilege {

/// The client of vdeup-helper. It starts a helper at the first step that needs one, for all steps that
/// follow.
class HelperClient {
 public:
  /// Told the method by which a helper was started.
  using ReportMethod = std::function<void(std::string_view)>;

  HelperClient(ElevationOptions options, ReportMethod report_method)
      : m_options(options), m_report_method(std::move(report_method)) {}

  /// Have the helper execute a step. Errors: not_permitted, naming every method that was tried; else the
  /// helper's. After an error of the channel nobody knows whether the step was done.
  [[nodiscard]] Result<> execute(const LinkStep& step);
  [[nodiscard]] Result<> execute(const NatStep& step);
  [[nodiscard]] Result<engine::VmTap> open_tap(const VmTapPlan& plan);

  /// Have a NIC moved, by a helper that root has started: a running one with a capability alone is replaced.
  /// `tell` is called with texts for people. Returns nothing if no move was made (NicRequestHandler).
  /// Errors: as above; those of the move, which has changed nothing, or the hint says what it has.
  using Tell = std::function<void(const std::string&)>;
  [[nodiscard]] Result<std::optional<MovedNic>> execute(const NicRequest& request, const Tell& tell);

  /// Check that the caller is permitted one more TAP on this bridge. Never prompts, and runs sudo and its
  /// like, which log refusals, only if they are selected. Errors: not_permitted without a helper; refused,
  /// naming the line.
  [[nodiscard]] Result<> may_attach(const IfName& bridge);

  /// Check in the same way that the caller is permitted a private network behind this bridge, and that no
  /// packet filter blocks its traffic. Errors: as may_attach(); refused, naming the obstacles.
  [[nodiscard]] Result<> may_masquerade(const IfName& bridge);

  /// True if the rules of the caller's private network behind this bridge exist; nothing without a helper
  /// that can be started without a prompt.
  [[nodiscard]] std::optional<bool> has_nat_rules(const IfName& bridge, const NatMark& mark);

  /// End the helper, if it runs. A step that follows starts another.
  void end();

 private:
  enum class Needs { net_admin, root };
  [[nodiscard]] Result<> start(const std::string& what, const ElevationOptions& options,
                               Needs needs = Needs::net_admin);
  [[nodiscard]] Result<> execute_step(const std::string& what, const Request& step);
  [[nodiscard]] Result<Reply> ask_without_prompt(const std::string& what, const Request& question);
  [[nodiscard]] Result<> greet(const ElevationCommand& command);
  [[nodiscard]] Result<Reply> ask(const Request& request, const Deadline& deadline, const Tell& tell = {});
  [[nodiscard]] Result<Reply> exchange(const Request& request, const Deadline& deadline,
                                       const Tell& tell) const;
  [[nodiscard]] Error channel_error(Error error) const;

  ElevationOptions m_options;
  ReportMethod m_report_method;
  std::optional<process::Companion> m_helper{};
  bool m_is_from_root = false; ///< root has started it
};

} // namespace vdeup::privilege
