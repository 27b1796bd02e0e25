#include "config/qemu_text.hpp"

#include <algorithm>

namespace vdeup::config {
namespace {

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

bool is_alphanumeric(char byte) {
  return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

} // namespace

bool is_word(std::string_view text, std::string_view signs) {
  return !text.empty() && is_alphanumeric(text.front()) &&
         std::all_of(text.begin(), text.end(), [signs](char byte) {
           return is_alphanumeric(byte) || signs.find(byte) != std::string_view::npos;
         });
}

bool is_memory_size(std::string_view text) {
  constexpr std::string_view units = "KMGTkmgt";
  const auto* const end = std::find_if_not(text.begin(), text.end(), is_digit);
  const auto digits = end - text.begin();
  constexpr int most_digits = 12; // what a 64-bit number of bytes has room for, with a unit
  const bool has_good_unit =
      end == text.end() || (end + 1 == text.end() && units.find(*end) != std::string_view::npos);
  return digits > 0 && digits <= most_digits &&
         text.find_first_not_of('0') < static_cast<std::size_t>(digits) && has_good_unit;
}

} // namespace vdeup::config
