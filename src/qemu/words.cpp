#include "qemu/words.hpp"

#include "qemu/option_table.hpp"
#include "qemu/options.hpp"

#include <algorithm>

namespace vdeup::qemu {
namespace {

/// QEMU reads `--net` as `-net`.
std::string_view option_name(std::string_view argument) {
  if (argument.size() < 2 || argument.front() != '-')
    return {};
  argument.remove_prefix(argument.starts_with("--") ? 2 : 1);
  return argument;
}

bool is_question(std::string_view text) {
  return text == "help" || text == "?";
}

bool asks(std::string_view option, std::string_view text) {
  if (!can_ask(option) || text.starts_with('{'))
    return false;
  const auto value = OptionValue::parse(text);
  return is_question(value.first()) || value.has_flag("help") || value.has_flag("?") ||
         is_question(value.get("model").value_or(""));
}

} // namespace

std::vector<Word> read_words(const std::vector<std::string>& args) {
  std::vector<Word> words;
  for (std::size_t i = 0; i < args.size(); ++i) {
    Word word{.option = option_name(args[i]), .at = i};
    const bool has_value = arity_of(word.option) == Arity::value && i + 1 < args.size();
    if (has_value)
      word.value = ++i;
    words.push_back(word);
  }
  return words;
}

bool only_asks(const std::vector<std::string>& args, const std::vector<Word>& words) {
  return std::any_of(words.begin(), words.end(), [&args](const Word& word) {
    if (word.value)
      return asks(word.option, args[*word.value]);
    return word.option == "h" || word.option == "help" || word.option == "version";
  });
}

} // namespace vdeup::qemu
