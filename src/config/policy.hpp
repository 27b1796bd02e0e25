#pragma once

#include "base/identity.hpp"
#include "base/result.hpp"
#include "model/names.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup::config {

/// A kind of step that an administrator allows or denies.
enum class Right {
  tap,    ///< a TAP of one's own, as a port of the bridge
  bridge, ///< the bridge itself, if vdeup makes it: create and delete, set up and down
  nic,    ///< move a NIC of the host into the bridge
  nat,    ///< give the bridge an address, and masquerade what comes from it
};
[[nodiscard]] std::string_view right_text(Right right);

/// One line of a policy.
struct PolicyRule {
  enum class Who { user, group, all };

  bool allows = false;
  std::string place; ///< "line 3 of /etc/vdeup/policy.conf"
  Who who = Who::all;
  std::string name{};             ///< of the user or group
  std::optional<IfName> bridge{}; ///< none: every bridge
  std::vector<Right> rights{};
  std::optional<unsigned> taps{}; ///< how many TAPs the user may have at a time
};

/// What a policy says of a user, a bridge and a right.
struct Verdict {
  enum class Kind { allowed, denied, silent };
  Kind kind = Kind::silent;
  std::string reason;      ///< the line that decides; or that there is none
  bool by_wildcard = true; ///< allowed for every bridge, and not for this one by its name
};

/// Who may do what to which bridge (vdeup-policy(5)). What no line allows is not allowed, and one line that
/// denies beats all that allow.
class Policy {
 public:
  /// How a file is read: by read_root_file, but in tests.
  using Reader = std::function<Result<std::optional<std::string>>(const std::string& path)>;

  /// Read a policy and the files that it includes. No file is a policy without lines; an included one has to
  /// be there. Errors: usage, naming the line; refused if not root alone could have written it. A policy that
  /// cannot be read as a whole allows nothing.
  [[nodiscard]] static Result<Policy> read(const std::string& path, const Reader& reader);

  [[nodiscard]] Verdict judge(const Identity& user, const IfName& bridge, Right right) const;
  /// Whether a user has a right at all, on whichever bridge.
  [[nodiscard]] Verdict judge_anywhere(const Identity& user, Right right) const;
  /// How many TAPs a user may have at a time: the largest number in a line that allows some; 16 if none says.
  [[nodiscard]] unsigned tap_limit(const Identity& user) const;

 private:
  [[nodiscard]] Verdict silent() const;

  std::string m_path;
  std::vector<PolicyRule> m_rules;
};

/// The policy of this host, as it was configured when vdeup was built: `/etc/vdeup/policy.conf`.
[[nodiscard]] Result<Policy> read_policy();

} // namespace vdeup::config
