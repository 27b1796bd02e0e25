#include "qemu/options.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace vdeup::qemu {
namespace {

std::string undouble(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    plain += text[i];
    if (text[i] == ',')
      ++i;
  }
  return plain;
}

bool is_key(std::string_view part, std::string_view key) {
  return part.starts_with(key) && part.size() > key.size() && part[key.size()] == '=';
}

std::string join(std::string_view key, std::string_view value) {
  return std::string{key} + '=' + double_commas(value);
}

} // namespace

OptionValue OptionValue::parse(std::string_view text) {
  OptionValue value;
  value.m_parts.clear();
  std::string part;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_comma = text[i] == ',';
    const bool is_doubled = is_comma && i + 1 < text.size() && text[i + 1] == ',';
    if (is_comma && !is_doubled) {
      value.m_parts.push_back(std::move(part));
      part.clear();
      continue;
    }
    part += text[i];
    if (is_doubled)
      part += text[++i];
  }
  value.m_parts.push_back(std::move(part));
  return value;
}

OptionValue OptionValue::named(std::string_view word) {
  OptionValue value;
  value.set_first(word);
  return value;
}

std::string OptionValue::first() const {
  const std::string& part = m_parts.front();
  const std::size_t sign = part.find_first_of("=,"); // behind an escaped comma, `=` belongs to the word
  return sign != std::string::npos && part[sign] == '=' ? std::string{} : undouble(part);
}

std::string OptionValue::type() const {
  const std::string word = first();
  return word.empty() ? get("type").value_or("") : word;
}

std::optional<std::string> OptionValue::get(std::string_view key) const {
  // QEMU lets the last of several win.
  const auto found =
      std::find_if(m_parts.rbegin(), m_parts.rend(), [key](const auto& p) { return is_key(p, key); });
  if (found == m_parts.rend())
    return std::nullopt;
  return undouble(std::string_view{*found}.substr(key.size() + 1));
}

void OptionValue::set(std::string_view key, std::string_view value) {
  const auto found =
      std::find_if(m_parts.begin(), m_parts.end(), [key](const auto& p) { return is_key(p, key); });
  if (found == m_parts.end())
    add(key, value);
  else
    *found = join(key, value);
}

// Behind a comma at the end, one more would make QEMU's escape of the two.
void OptionValue::add(std::string_view key, std::string_view value) {
  if (m_parts.back().empty())
    m_parts.back() = join(key, value);
  else
    m_parts.push_back(join(key, value));
}

void OptionValue::remove(std::string_view key) {
  std::erase_if(m_parts, [key](const auto& part) { return is_key(part, key); });
  if (m_parts.empty())
    m_parts.emplace_back();
}

void OptionValue::set_first(std::string_view word) {
  m_parts.front() = double_commas(word);
}

void OptionValue::rename(std::string_view key, std::string_view name) {
  for (std::string& part : m_parts)
    if (is_key(part, key))
      part.replace(0, key.size(), name);
}

bool OptionValue::has_flag(std::string_view flag) const {
  return std::find(m_parts.begin() + 1, m_parts.end(), flag) != m_parts.end();
}

std::string OptionValue::str() const {
  std::string text = m_parts.front();
  for (std::size_t i = 1; i < m_parts.size(); ++i)
    text += ',' + m_parts[i];
  return text;
}

std::vector<std::string> OptionValue::keys() const {
  std::vector<std::string> found;
  for (const std::string& part : m_parts)
    if (const std::size_t equals = part.find('='); equals != std::string::npos)
      found.push_back(part.substr(0, equals));
  return found;
}

} // namespace vdeup::qemu
