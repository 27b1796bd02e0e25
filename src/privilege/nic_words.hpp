#pragma once

#include "model/text_fields.hpp"
#include "privilege/nic_request.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace vdeup::privilege {

// Requests about a NIC as words of the protocol (privilege/protocol.hpp), without its version.

[[nodiscard]] std::string nic_words(const NicRequest& request);

/// Read the words behind `kind`. Nothing if that is no request about a NIC, or one of them is wrong.
[[nodiscard]] std::optional<NicRequest> read_nic_request(std::string_view kind, TextFields& words);

} // namespace vdeup::privilege
