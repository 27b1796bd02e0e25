#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace vdeup::nat {

/// Run commands of nft(8) as one transaction: all of them, or none. `what` names it in an error, whose cause
/// is nft's own first line. The library is loaded for it and not kept.
/// Errors: missing if there is no libnftables; failed for all that nft or the kernel refuses, since nft gives
/// no reason but a text.
[[nodiscard]] Result<> run_nft(const std::string& commands, const std::string& what);

/// nft's first line without the place that it points to, which is in a text that nobody sees. Pure.
[[nodiscard]] std::string first_complaint(std::string_view text);

} // namespace vdeup::nat
