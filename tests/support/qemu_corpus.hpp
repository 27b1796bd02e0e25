#pragma once

#include "qemu/line.hpp"
#include "qemu/old_options.hpp"

#include <functional>
#include <string>
#include <vector>

namespace lab {

/// A QEMU line and what becomes of it: a directory of tests/cases/qemu with these files.
///
///   line      the words, the program first, quoted as in a shell
///   expected  the words that are to come out, or `error: ` and the message, and `hint: `
///   told      optional: what the user is told of old options, one a line
///   options   optional, one a line: `version 9.0`; `netdevs socket vde`, instead of all; `nics e1000`;
///             `kvm no`; `model e1000`; and for the trial with the real QEMU: `files KIND PATH…` that have to
///             exist, `unattached yes` if a network has no NIC, `refused yes` if QEMU is to refuse what was
///             none of our business, `needs WHAT` if no test can have it
struct QemuCase {
  std::string name;
  std::vector<std::string> line;
  std::string expected; ///< as it stands in the file
  std::string told{};
  vdeup::qemu::Capabilities capabilities{};
  bool has_kvm = true;
  std::string model{};
  std::string needs{};
  bool is_unattached = false;
  bool is_refused = false;
  bool is_for_other_qemu = false;                           ///< its version is given
  bool has_own_answers = false;                             ///< what its QEMU has is given
  std::vector<std::pair<std::string, std::string>> files{}; ///< kind and path

  [[nodiscard]] bool expects_error() const { return expected.starts_with("error: "); }
};

/// Read all cases, in the order of their names. Ends the test if there are none.
std::vector<QemuCase> read_qemu_cases();

/// Split a text into words as sh(1) does: blanks, quotes of both kinds, backslashes.
std::vector<std::string> split_words(const std::string& text);

/// What a line becomes.
struct QemuOutcome {
  std::string error{}; ///< empty: it was rewritten
  std::vector<std::string> words{};
  std::vector<std::string> told{};
};

/// Treat a line as `vdeup run` does. `connect` gives each NIC what it gets, by its number.
QemuOutcome
rewrite_case(const QemuCase& example,
             const std::function<vdeup::qemu::Connected(const vdeup::qemu::VdeNic&, std::size_t)>& connect);

} // namespace lab
