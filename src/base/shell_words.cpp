#include "base/shell_words.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <optional>

namespace vdeup {
namespace {

/// Reads one text from its beginning to its end.
class Splitter {
 public:
  explicit Splitter(std::string_view text) : m_text(text) {}

  Result<std::vector<std::string>> split() {
    while (m_at < m_text.size()) {
      TRY(step());
    }
    end_word();
    return std::move(m_words);
  }

 private:
  Result<> step() {
    const char byte = m_text[m_at++];
    switch (byte) {
    case ' ':
    case '\t':
    case '\n':
      end_word();
      return ok();
    case '\'':
      return take_single_quoted();
    case '"':
      return take_double_quoted();
    case '\\':
      return take_escaped();
    default:
      word() += byte;
      return ok();
    }
  }

  Result<> take_single_quoted() {
    const std::size_t end = m_text.find('\'', m_at);
    if (end == std::string_view::npos)
      return fail(unfinished("a ' has no end"));
    word() += m_text.substr(m_at, end - m_at);
    m_at = end + 1;
    return ok();
  }

  Result<> take_double_quoted() {
    constexpr std::string_view escapable = "\"\\$`"; // before others the backslash stays (POSIX, 2.2.3)
    std::string& inside = word();
    while (m_at < m_text.size()) {
      const char byte = m_text[m_at++];
      if (byte == '"')
        return ok();
      const bool is_escape =
          byte == '\\' && m_at < m_text.size() && escapable.find(m_text[m_at]) != std::string_view::npos;
      inside += is_escape ? m_text[m_at++] : byte;
    }
    return fail(unfinished("a \" has no end"));
  }

  Result<> take_escaped() {
    if (m_at == m_text.size())
      return fail(unfinished("nothing comes after the last \\"));
    word() += m_text[m_at++];
    return ok();
  }

  /// The word that is being read; quotes begin one even if there is nothing between them.
  std::string& word() { return m_word ? *m_word : m_word.emplace(); }

  void end_word() {
    if (m_word)
      m_words.push_back(std::move(*m_word));
    m_word.reset();
  }

  [[nodiscard]] Error unfinished(std::string cause) const {
    return Error{ErrorKind::usage,
                 fmt::format("cannot split '{}' into words", printable(m_text)),
                 std::move(cause),
                 {}};
  }

  std::string_view m_text;
  std::size_t m_at = 0;
  std::optional<std::string> m_word{};
  std::vector<std::string> m_words{};
};

} // namespace

Result<std::vector<std::string>> shell_words(std::string_view text) {
  return Splitter{text}.split();
}

} // namespace vdeup
