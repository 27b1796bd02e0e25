#include "config/ctys_file.hpp"

#include "base/text.hpp"
#include "config/ctys_variables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vdeup::config {
namespace {

constexpr std::string_view k_mark = "#@#";
constexpr std::string_view k_magic = "MAGICID-QEMU";

/// Only programs have these: they load the library, read options, and start something.
constexpr std::array<std::string_view, 3> k_wrapper_words{"CTYS_LIBPATH", "--console", "--vncaccessdisplay"};
constexpr std::array<std::string_view, 3> k_wrapper_commands{"eval ", "exec ", "vdeq "};

std::string_view without_margin(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view{} : line.substr(begin);
}

/// Call `look` with each line of a text, until it returns true.
template <class Look>
bool any_line(std::string_view text, Look look) {
  while (!text.empty())
    if (look(without_margin(take_part(text, '\n'))))
      return true;
  return false;
}

bool is_of_wrapper(std::string_view line) {
  if (line.starts_with('#'))
    return false;
  const auto has = [line](std::string_view word) { return line.find(word) != std::string_view::npos; };
  const auto begins = [line](std::string_view word) { return line.starts_with(word); };
  return std::any_of(k_wrapper_words.begin(), k_wrapper_words.end(), has) ||
         std::any_of(k_wrapper_commands.begin(), k_wrapper_commands.end(), begins);
}

bool is_assignment(std::string_view line) {
  const std::size_t sign = line.find('=');
  if (sign == std::string_view::npos)
    return false;
  std::string_view name = line.substr(0, sign);
  if (constexpr std::string_view word = "export "; name.starts_with(word))
    name.remove_prefix(word.size());
  const auto names = ctys_variable_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The rest of a line behind `#@#KEY`; nothing if it is another line.
std::optional<std::string_view> behind_key(std::string_view line, std::string_view key) {
  if (!line.starts_with(k_mark) || !line.substr(k_mark.size()).starts_with(key))
    return std::nullopt;
  return line.substr(k_mark.size() + key.size());
}

} // namespace

CtysContent recognise_ctys(std::string_view text) {
  if (any_line(text, is_of_wrapper))
    return CtysContent::wrapper;
  const bool has_magic =
      any_line(text, [](std::string_view line) { return behind_key(line, k_magic).has_value(); });
  return has_magic && any_line(text, is_assignment) ? CtysContent::definition : CtysContent::other;
}

Result<> require_definition(std::string_view text, const std::string& path) {
  const CtysContent content = recognise_ctys(text);
  if (content == CtysContent::definition)
    return ok();
  const bool is_wrapper = content == CtysContent::wrapper;
  return fail(Error{
      ErrorKind::usage, fmt::format("cannot use {}", printable(path)),
      is_wrapper ? "it is the program that starts a machine, and not its definition"
                 : "it is not the definition of a QEMU machine: that has #@#MAGICID-QEMU and assignments",
      is_wrapper ? "name the definition: beside a wrapper L.sh it is L.ctys, beside an old L.ctys L.conf"
                 : ""});
}

std::optional<std::string> ctys_metadata(std::string_view text, std::string_view key) {
  std::optional<std::string> found;
  any_line(text, [&](std::string_view line) {
    const auto rest = behind_key(line, key);
    if (!rest)
      return false;
    const std::string_view assigned = without_margin(*rest);
    if (!assigned.starts_with('='))
      return false; // another key that begins alike, or one without a value
    std::string value;
    for (const char byte : without_margin(assigned.substr(1)))
      if (byte != '"' && byte != '\'' && byte != '\t' && byte != '\r')
        value += byte;
    value.erase(value.find_last_not_of(' ') + 1);
    found = std::move(value);
    return true;
  });
  return found;
}

} // namespace vdeup::config
