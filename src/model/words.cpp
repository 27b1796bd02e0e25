#include "model/words.hpp"

#include <fmt/format.h>

namespace vdeup {

std::string text_word(std::string_view text) {
  std::string digits = "x";
  for (const char byte : text)
    digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return digits;
}

std::string_view WordReader::word() {
  if (m_is_at_end)
    refuse();
  if (!m_is_good)
    return {};
  const std::size_t end = m_left.find_first_of(" \n");
  const std::string_view word = m_left.substr(0, end);
  m_is_at_end = end == std::string_view::npos;
  if (!m_is_at_end && m_left[end] == '\n')
    ++m_line;
  m_left.remove_prefix(m_is_at_end ? m_left.size() : end + 1);
  if (word.empty())
    refuse();
  return word;
}

std::string WordReader::bytes() {
  std::string_view digits = word();
  if (!digits.starts_with('x') || digits.size() % 2 == 0)
    refuse();
  std::string bytes;
  for (digits.remove_prefix(m_is_good ? 1 : digits.size()); !digits.empty(); digits.remove_prefix(2)) {
    const auto byte = parse_number<std::uint8_t>(digits.substr(0, 2), {.base = 16});
    if (!byte)
      refuse();
    bytes.push_back(static_cast<char>(byte.value_or(0)));
  }
  return bytes;
}

std::optional<IpPrefix> WordReader::prefix() {
  const std::string_view text = word();
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  WordReader rest{slash == std::string_view::npos ? std::string_view{} : text.substr(slash + 1)};
  const auto length = rest.number<std::uint8_t>(address && address.value().is_ip6() ? 128 : 32);
  if (address && rest.is_complete())
    return IpPrefix{address.value(), length};
  refuse();
  return std::nullopt;
}

} // namespace vdeup
