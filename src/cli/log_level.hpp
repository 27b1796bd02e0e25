#pragma once

#include "base/log.hpp"
#include "base/result.hpp"

#include <string_view>

namespace vdeup::cli {

/// Read the value of `-d`: a number, or the level syntax of the 2010 tool,
/// `<n>|ALL[,PATTERN|P|MIN|MAX][,SUBSYSTEM|S:<n>][,WARNING|W:<n>][,INFO|I:<n>][,FILELIST|F:<files>][,PRINTFINAL|PFIN|PF[:<n>]]`.
///
/// 0 shows what is always shown, 1 also what is done (debug), 2 and more everything (trace). W:0, W:1, I:0
/// and I:1 hide warnings and information, 3 and more of them show more, as they did. Sources are not told
/// apart here, so S, F, MIN, MAX and PATTERN are read and make no difference. Errors: usage, naming the part
/// that is not understood.
[[nodiscard]] Result<LogLevel> parse_log_level(std::string_view text);

} // namespace vdeup::cli
