#include "qemu/vdeq_options.hpp"

#include "base/number.hpp"
#include "base/text.hpp"
#include "qemu/words.hpp"

#include <fmt/format.h>

#include <string_view>

namespace vdeup::qemu {
namespace {

Result<unsigned> read_mode(std::string_view text) {
  const auto mode = parse_number<unsigned>(text, {.base = 8});
  if (!mode)
    return fail(Error{ErrorKind::usage, fmt::format("cannot use '--mod {}'", printable(text)),
                      "it is not an octal number", "an example: --mod 0700"});
  return *mode;
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
      for (const std::string_view socket : words_of(args[*word.value], ","))
        found.sockets.emplace_back(socket);
    }
  }
  args = std::move(rest);
  return found;
}

} // namespace vdeup::qemu
