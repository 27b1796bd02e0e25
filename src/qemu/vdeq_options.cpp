#include "qemu/vdeq_options.hpp"

#include "base/text.hpp"
#include "qemu/words.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

namespace vdeup::qemu {
namespace {

std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    if (comma != 0)
      parts.emplace_back(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return parts;
}

Result<unsigned> read_mode(std::string_view text) {
  unsigned mode = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error != std::errc{} || at != text.data() + text.size())
    return fail(Error{ErrorKind::usage, fmt::format("cannot use '--mod {}'", printable(text)),
                      "it is not an octal number", "an example: --mod 0700"});
  return mode;
}

bool is_socket_option(std::string_view name) {
  return name == "sock" || name == "vdesock" || name == "unix";
}

} // namespace

Result<VdeqOptions> take_vdeq_options(std::vector<std::string>& args) {
  VdeqOptions found;
  std::vector<std::string> rest;
  for (const Word& word : read_words(args)) {
    const bool is_mode = word.option == "mod";
    if (!is_mode && !is_socket_option(word.option)) {
      rest.push_back(args[word.at]);
      if (word.value)
        rest.push_back(args[*word.value]);
      continue;
    }
    if (!word.value)
      return fail(Error{ErrorKind::usage, fmt::format("'{}' has no value", args[word.at]), {}, {}});
    if (is_mode) {
      TRY(auto mode, read_mode(args[*word.value]));
      found.mode = mode;
    } else {
      found.sockets = split_list(args[*word.value]);
    }
  }
  args = std::move(rest);
  return found;
}

} // namespace vdeup::qemu
