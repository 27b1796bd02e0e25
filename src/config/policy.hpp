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

/// A right that an administrator grants or denies.
enum class Right {
  tap,    ///< create TAPs and attach them to the bridge
  bridge, ///< create the bridge, delete it, set it up and down
  nic,    ///< move a NIC of the host into the bridge
  nat,    ///< give the bridge an address, and masquerade its traffic
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

/// The decision of a policy about a user, a bridge and a right.
struct Verdict {
  enum class Kind { allowed, denied, silent };
  Kind kind = Kind::silent;
  std::string reason;      ///< the line that decides, or that no line does
  bool by_wildcard = true; ///< allowed for every bridge, and not for this one by its name
};

/// The permissions of users for bridges (vdeup-policy(5)). The default is to deny, and a line that denies
/// overrides all that allow.
class Policy {
 public:
  /// Reads a file: read_root_file, except in tests.
  using Reader = std::function<Result<std::optional<std::string>>(const std::string& path)>;

  /// Read a policy and the files that it includes. A missing file is an empty policy; a missing included file
  /// is an error. Errors: usage, naming the line; refused if others than root could have written it. A policy
  /// with an error allows nothing.
  [[nodiscard]] static Result<Policy> read(const std::string& path, const Reader& reader);

  [[nodiscard]] Verdict evaluate(const Identity& user, const IfName& bridge, Right right) const;
  /// Whether a user has a right for any bridge.
  [[nodiscard]] Verdict evaluate_anywhere(const Identity& user, Right right) const;
  /// The number of TAPs that a user can have at a time: the largest `taps=` that applies; 16 by default.
  [[nodiscard]] unsigned tap_limit(const Identity& user) const;

 private:
  [[nodiscard]] Verdict silent() const;

  std::string m_path;
  std::vector<PolicyRule> m_rules;
};

/// The policy of this host, as it was configured when vdeup was built: `/etc/vdeup/policy.conf`.
[[nodiscard]] Result<Policy> read_policy();

} // namespace vdeup::config
