#include "config/policy_reader.hpp"

#include "base/number.hpp"
#include "base/text.hpp"
#include "config/line_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vdeup::config {
namespace {

constexpr std::size_t k_max_files = 32; // also what ends a file that includes itself
constexpr unsigned k_max_taps = 4096;
constexpr std::string_view k_form = "write it as `allow|deny user NAME|group NAME|all bridge NAME|* RIGHTS "
                                    "[taps=N]`; vdeup-policy(5) tells what they mean";
constexpr std::array k_rights{Right::tap, Right::bridge, Right::nic, Right::nat};

/// Reads the words of one line, front to back.
class RuleReader {
 public:
  RuleReader(std::vector<std::string_view> words, const Place& place)
      : m_words(std::move(words)), m_place(place) {}

  Result<PolicyRule> read() {
    PolicyRule rule{.allows = take() == "allow",
                    .place = fmt::format("line {} of {}", m_place.line, printable(m_place.path))};
    TRY(read_who(rule));
    TRY(read_bridge(rule));
    TRY(read_rights(rule));
    if (m_at < m_words.size()) {
      TRY(read_taps(rule));
    }
    if (m_at < m_words.size())
      return fail(bad(fmt::format("'{}' is a word too many", printable(take()))));
    return rule;
  }

 private:
  std::string_view take() { return m_at < m_words.size() ? m_words[m_at++] : std::string_view{}; }
  [[nodiscard]] Error bad(std::string cause) const {
    return bad_line(m_place, std::move(cause), std::string{k_form});
  }

  Result<> read_who(PolicyRule& rule) {
    const std::string_view who = take();
    if (who == "all")
      return ok();
    if (who != "user" && who != "group")
      return fail(bad(fmt::format("'{}' is none of user, group and all", printable(who))));
    rule.who = who == "user" ? PolicyRule::Who::user : PolicyRule::Who::group;
    rule.name = take();
    return rule.name.empty() ? Result<>{fail(bad(fmt::format("there is no name behind '{}'", who)))} : ok();
  }

  Result<> read_bridge(PolicyRule& rule) {
    if (const std::string_view word = take(); word != "bridge")
      return fail(bad(fmt::format("'{}' stands where 'bridge' has to", printable(word))));
    const std::string_view name = take();
    if (name == "*")
      return ok();
    auto bridge = IfName::parse(name);
    if (!bridge)
      return fail(bad(bridge.error().message()));
    rule.bridge = std::move(bridge).value();
    return ok();
  }

  Result<> read_rights(PolicyRule& rule) {
    const std::string_view list = take();
    if (list == "all")
      rule.rights.assign(k_rights.begin(), k_rights.end());
    else
      for (const std::string_view word : words_of(list, ",")) {
        const auto* const right = std::find_if(k_rights.begin(), k_rights.end(),
                                               [&](Right known) { return right_text(known) == word; });
        if (right == k_rights.end())
          return fail(bad(fmt::format("'{}' is none of tap, bridge, nic, nat and all", printable(word))));
        rule.rights.push_back(*right);
      }
    return rule.rights.empty() ? Result<>{fail(bad("it names no right"))} : ok();
  }

  Result<> read_taps(PolicyRule& rule) {
    constexpr std::string_view key = "taps=";
    const std::string_view word = take();
    const bool has_taps = std::find(rule.rights.begin(), rule.rights.end(), Right::tap) != rule.rights.end();
    if (!word.starts_with(key) || !rule.allows || !has_taps)
      return fail(bad(fmt::format("'{}' cannot stand here", printable(word))));
    const auto number = parse_number<unsigned>(word.substr(key.size()), {.max = k_max_taps});
    if (!number)
      return fail(bad(fmt::format("'{}' is no number from 0 to {}", printable(word), k_max_taps)));
    rule.taps = *number;
    return ok();
  }

  std::vector<std::string_view> m_words;
  const Place& m_place;
  std::size_t m_at = 0;
};

/// Reads files, and those that they include, in the order of their lines.
class FilesReader {
 public:
  explicit FilesReader(const Policy::Reader& reader) : m_reader(reader) {}

  Result<> read(const std::string& path, bool has_to_exist) {
    if (++m_files > k_max_files)
      return fail(Error{ErrorKind::usage,
                        fmt::format("cannot use {}", printable(path)),
                        fmt::format("more than {} files include each other", k_max_files),
                        {}});
    TRY(auto text, m_reader(path));
    if (!text && has_to_exist)
      return fail(Error{ErrorKind::missing, fmt::format("cannot read {}", printable(path)),
                        "there is no such file", "a policy includes it"});
    Place place{path, 0};
    for (std::string_view rest = text ? *text : std::string_view{}; !rest.empty();) {
      ++place.line;
      TRY(read_line(trimmed(take_part(rest, '\n')), place));
    }
    return ok();
  }

  std::vector<PolicyRule> take() { return std::move(m_rules); }

 private:
  Result<> read_line(std::string_view line, const Place& place) {
    const auto words = words_of(line);
    if (words.empty() || words.front().starts_with('#'))
      return ok();
    if (words.front() == "include" && words.size() == 2)
      return read(std::string{words.back()}, true);
    if (words.front() != "allow" && words.front() != "deny")
      return fail(
          unknown_word(place, words.front(),
                       {.kind = "word", .words = {"allow", "deny", "include"}, .page = "vdeup-policy(5)"}));
    TRY(auto rule, (RuleReader{words, place}.read()));
    m_rules.push_back(std::move(rule));
    return ok();
  }

  const Policy::Reader& m_reader;
  std::size_t m_files = 0;
  std::vector<PolicyRule> m_rules{};
};

} // namespace

Result<std::vector<PolicyRule>> read_rules(const std::string& path, const Policy::Reader& reader) {
  FilesReader files{reader};
  TRY(files.read(path, false));
  return files.take();
}

} // namespace vdeup::config
