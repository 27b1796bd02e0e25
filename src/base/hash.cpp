#include "base/hash.hpp"

namespace vdeup {
namespace {

constexpr std::uint64_t k_fnv_offset = 0xcbf29ce484222325ULL;
constexpr std::uint64_t k_fnv_prime = 0x100000001b3ULL;

std::uint64_t add_byte(std::uint64_t state, unsigned char byte) {
  return (state ^ byte) * k_fnv_prime;
}

} // namespace

std::uint64_t stable_hash(std::initializer_list<std::string_view> words) {
  std::uint64_t state = k_fnv_offset;
  for (const std::string_view word : words) {
    for (const char byte : word)
      state = add_byte(state, static_cast<unsigned char>(byte));
    state = add_byte(state, 0); // so that ("ab", "c") is not ("a", "bc")
  }
  state ^= state >> 33U;
  state *= 0xff51afd7ed558ccdULL;
  state ^= state >> 33U;
  state *= 0xc4ceb9fe1a85ec53ULL;
  return state ^ (state >> 33U);
}

} // namespace vdeup
