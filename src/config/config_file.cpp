#include "config/config_file.hpp"

#include "base/text.hpp"
#include "config/line_reader.hpp"
#include "config/trusted_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vdeup::config {
namespace {

struct Key {
  std::string_view name;
  std::optional<std::string> FileSettings::*value;
};

constexpr std::array k_keys{
    Key{"socket-base", &FileSettings::socket_base},
    Key{"socket", &FileSettings::socket},
    Key{"mgmt", &FileSettings::mgmt},
    Key{"bridge", &FileSettings::bridge},
    Key{"share", &FileSettings::share},
    Key{"uplink", &FileSettings::uplink},
    Key{"debug", &FileSettings::debug},
    Key{"privilege", &FileSettings::privilege},
};

Error unknown_setting(const Place& place, std::string_view key) {
  Vocabulary vocabulary{.kind = "setting", .page = "vdeup.conf(5)"};
  for (const Key& candidate : k_keys)
    vocabulary.words.push_back(candidate.name);
  return unknown_word(place, key, vocabulary);
}

Result<> take(const Entry& entry, const Place& place, FileSettings& settings) {
  const auto* const key =
      std::find_if(k_keys.begin(), k_keys.end(), [&](const Key& known) { return known.name == entry.key; });
  if (entry.is_heading())
    return fail(
        bad_line(place, fmt::format("'[{}]' has no '='", printable(entry.key)), "write it as KEY = VALUE"));
  if (key == k_keys.end())
    return fail(unknown_setting(place, entry.key));
  if (settings.*key->value)
    return fail(bad_line(place, fmt::format("'{}' stands in an earlier line already", entry.key)));
  settings.*key->value = std::string{entry.value};
  return ok();
}

} // namespace

FileSettings FileSettings::over(const FileSettings& weaker) const {
  FileSettings sum = *this;
  for (const Key& key : k_keys)
    if (!(sum.*key.value))
      sum.*key.value = weaker.*key.value;
  return sum;
}

Result<FileSettings> parse_config(std::string_view text, const std::string& path) {
  FileSettings settings;
  TRY(auto entries, read_entries(text, path));
  for (const Entry& entry : entries) {
    TRY(take(entry, {path, entry.line}, settings));
  }
  return settings;
}

Result<FileSettings> read_config(const std::string& path, uid_t caller) {
  TRY(auto text, read_trusted_file(path, caller));
  return text ? parse_config(*text, path) : FileSettings{};
}

Result<FileSettings> read_configuration(uid_t caller) {
  TRY(auto system, read_config(VDEUP_SYSTEM_CONFIG, 0));
  const auto directory = personal_directory(caller);
  if (!directory)
    return system;
  auto personal = read_config(*directory + "/vdeup.conf", caller);
  if (!personal &&
      personal.error().kind() == ErrorKind::not_permitted) // a home that the caller may not enter
    return system;
  if (!personal)
    return personal;
  return personal.value().over(system);
}

Result<std::string> expand(std::string_view text, const std::string& user, uid_t uid) {
  auto expanded = expand_percent(text, {{'u', user}, {'U', std::to_string(uid)}});
  if (!expanded)
    return fail(Error{ErrorKind::usage, fmt::format("cannot use the path '{}'", printable(text)),
                      "a '%' stands before u, U or another %", "vdeup.conf(5) tells what they mean"});
  return std::move(*expanded);
}

bool names_owner(std::string_view text) {
  for (std::size_t at = 0; (at = text.find('%', at)) != std::string_view::npos; at += 2)
    if (at + 1 < text.size() && (text[at + 1] == 'u' || text[at + 1] == 'U'))
      return true;
  return false;
}

} // namespace vdeup::config
