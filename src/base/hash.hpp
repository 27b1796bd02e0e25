#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace vdeup {

/// Give the same well mixed 64 bits for the same list of words, on every machine and in every version.
///
/// Addresses are derived from it and have to stay: do not change it. FNV-1a over the words, each with its
/// terminator, and the MurmurHash3 finaliser. Not for secrets.
[[nodiscard]] std::uint64_t stable_hash(std::initializer_list<std::string_view> words);

} // namespace vdeup
