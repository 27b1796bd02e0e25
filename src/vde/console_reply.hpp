#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup::vde {

/// One answer of the management console.
///
/// Theory of operation (vde_switch 2.3.2, consmgmt.c):
/// 1. The console greets with a banner and then shows the prompt, the six bytes `\nvde$ `.
/// 2. It takes the bytes of one read as one command; so each command is one write, and the next one is sent
///    after the prompt.
/// 3. A command with data answers `0000 DATA END WITH '.'`, lines, `.`, and in any case a status line
///    `1NNN text`, where NNN is 0 or an errno value. Only the number means something. The names of clients
///    are in the data as they were given, line ends and all: the end is the last one.
/// 4. `shutdown` and `logout` answer `9999 END OF SESSION`, no prompt, and the end of the stream.
struct Reply {
  int status = 0;                 ///< 0, or the errno value of the switch
  std::vector<std::string> lines; ///< the data
};

inline constexpr std::string_view k_prompt = "\nvde$ ";
inline constexpr std::string_view k_end_of_session = "9999 END OF SESSION";

/// True when `bytes` hold an answer up to its prompt, or the end of the session.
[[nodiscard]] bool is_complete(std::string_view bytes);

/// Read a complete answer. Errors: failed if it has no status line, or data without an end.
[[nodiscard]] Result<Reply> parse_reply(std::string_view bytes);

} // namespace vdeup::vde
