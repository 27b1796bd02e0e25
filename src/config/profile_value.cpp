#include "config/profile_value.hpp"

#include "base/number.hpp"
#include "base/shell_words.hpp"
#include "base/text.hpp"
#include "config/qemu_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::config {
namespace {

/// As QEMU tells `nbd:…` and `https://…` from a file (path_has_protocol in its block.c).
bool has_protocol(std::string_view path) {
  const std::size_t sign = path.find_first_of(":/");
  return sign != std::string_view::npos && path[sign] == ':';
}

} // namespace

Result<std::string> ProfileValue::text() const {
  return expand(m_text, Commas::as_they_are);
}

Result<std::string> ProfileValue::option() const {
  return expand(m_text, Commas::doubled);
}

Result<std::string> ProfileValue::path() const {
  auto path = text();
  const bool is_whole = !path || path.value().find('/') == 0 || has_protocol(path.value());
  return is_whole ? path : Result<std::string>{directory() + "/" + path.value()};
}

Result<std::string> ProfileValue::program() const {
  TRY(auto program, text());
  return program.find('/') == std::string::npos ? program : path();
}

Result<std::vector<std::string>> ProfileValue::words() const {
  auto words = shell_words(m_text);
  if (!words)
    return fail(bad_line(m_place, words.error().cause(), "write it as for a shell"));
  std::vector<std::string> expanded;
  for (const std::string& word : words.value()) {
    TRY(auto text, expand(word, Commas::doubled));
    expanded.push_back(std::move(text));
  }
  return expanded;
}

Result<std::string> ProfileValue::word(std::string_view signs) const {
  TRY(auto word, text());
  if (!is_word(word, signs))
    return fail(bad("is not a word of letters, digits and " + std::string{signs}));
  return word;
}

Result<std::string> ProfileValue::memory_size() const {
  if (!is_memory_size(m_text))
    return fail(bad("is not a size of memory", "examples: 512M, 4G"));
  return std::string{m_text};
}

Result<std::string> ProfileValue::uuid() const {
  constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  constexpr std::string_view digits = "0123456789abcdefABCDEF";
  const bool is_good = m_text.size() == form.size() &&
                       std::equal(m_text.begin(), m_text.end(), form.begin(), [=](char byte, char kind) {
                         return kind == '-' ? byte == '-' : digits.find(byte) != std::string_view::npos;
                       });
  if (!is_good)
    return fail(bad("is not a UUID", "uuidgen(1) makes one"));
  return std::string{m_text};
}

Result<std::string> ProfileValue::one_of(std::vector<std::string_view> words) const {
  if (std::find(words.begin(), words.end(), m_text) != words.end())
    return std::string{m_text};
  return fail(unknown_word(m_place, m_text,
                           {.kind = "value", .words = std::move(words), .page = "vdeup-profile(5)"}));
}

Result<unsigned> ProfileValue::number(unsigned least, unsigned most) const {
  const auto number = parse_number<unsigned>(m_text, {.min = least, .max = most});
  if (!number)
    return fail(bad(fmt::format("is not a number from {} to {}", least, most)));
  return *number;
}

Result<bool> ProfileValue::yes_or_no() const {
  return choice<bool>({{"yes", true}, {"no", false}, {"on", true}, {"off", false}});
}

Result<MacAddress> ProfileValue::mac() const {
  auto mac = MacAddress::parse(m_text);
  if (!mac)
    return fail(bad(mac.error()));
  if (mac.value().is_multicast())
    return fail(bad("is a multicast address, and a NIC needs one of its own"));
  return mac.value();
}

Result<SocketPath> ProfileValue::switch_directory() const {
  TRY(auto text, path());
  auto directory = SocketPath::directory(text);
  if (!directory)
    return fail(bad(directory.error()));
  return std::move(directory).value();
}

Result<std::string> ProfileValue::expand(std::string_view text, Commas commas) const {
  const bool is_doubled = commas == Commas::doubled;
  std::string path = is_doubled && take_prefix(text, "%d") ? directory() : std::string{};
  const auto rest = expand_percent(
      text, {{'d', is_doubled ? double_commas(directory()) : directory()}, {'u', m_origin.user}});
  if (!rest)
    return fail(
        bad("has a '%' that does not stand before d, u or another %", "write %% for the sign itself"));
  return path + *rest;
}

std::string ProfileValue::directory() const {
  return m_origin.path.substr(0, m_origin.path.rfind('/'));
}

Error ProfileValue::bad(const Error& error) const {
  return bad_line(m_place, error.message(), error.hints().text());
}

Error ProfileValue::bad(std::string_view needed, std::string hint) const {
  return bad_line(m_place, fmt::format("'{}' {}", printable(m_text), needed), std::move(hint));
}

} // namespace vdeup::config
