#include "config/ctys_definition.hpp"

#include "base/shell_words.hpp"
#include "base/text.hpp"
#include "config/ctys_file.hpp"
#include "config/qemu_text.hpp"

#include <fmt/format.h>

#include <array>

namespace vdeup::config {
namespace {

/// What the metadata says where a variable is not set.
constexpr std::array<std::string_view, 5> k_from_metadata{"LABEL", "MAC0", "ARCH", "DEFAULTCONSOLE",
                                                          "VNCACCESSDISPLAY"};

template <class T>
using Choices = std::vector<std::pair<std::string_view, T>>;

/// What a word stands for, whatever the case of its letters.
template <class T>
Result<T> choose(std::string_view kind, std::string_view word, const Choices<T>& choices) {
  const std::string upper = upper_case(word);
  std::vector<std::string_view> known;
  for (const auto& [name, meaning] : choices) {
    if (name == upper)
      return meaning;
    known.push_back(name);
  }
  return fail(Error{ErrorKind::usage,
                    fmt::format("'{}' is no {}", printable(word), kind),
                    fmt::format("there are {}", fmt::join(known, ", ")),
                    {}});
}

} // namespace

Result<CtysConsole> parse_ctys_console(std::string_view word) {
  return choose<CtysConsole>("console", word,
                             {{"SDL", CtysConsole::sdl},
                              {"VNC", CtysConsole::vnc},
                              {"CLI0", CtysConsole::cli0},
                              {"CLI", CtysConsole::cli},
                              {"XTERM", CtysConsole::cli},
                              {"GTERM", CtysConsole::cli},
                              {"EMACS", CtysConsole::cli},
                              {"EMACSM", CtysConsole::cli},
                              {"EMACSA", CtysConsole::cli},
                              {"EMACSAM", CtysConsole::cli},
                              {"NONE", CtysConsole::none}});
}

Result<CtysBoot> parse_ctys_boot(std::string_view text) {
  const std::size_t sign = text.find('%');
  TRY(auto mode, choose<CtysBoot::Mode>("boot mode", text.substr(0, sign),
                                        {{"FDD", CtysBoot::Mode::fdd},
                                         {"CD", CtysBoot::Mode::cd},
                                         {"DVD", CtysBoot::Mode::dvd},
                                         {"VHDD", CtysBoot::Mode::hdd},
                                         {"HDD", CtysBoot::Mode::hdd},
                                         {"USB", CtysBoot::Mode::usb},
                                         {"PXE", CtysBoot::Mode::pxe}}));
  return CtysBoot{mode, sign == std::string_view::npos ? std::string{} : std::string{text.substr(sign + 1)}};
}

const std::string& CtysDefinition::get(std::string_view name) const {
  static const std::string nothing;
  const auto found = variables.find(name);
  return found == variables.end() ? nothing : found->second;
}

CtysDefinition make_ctys_definition(std::string path, std::string_view text, CtysVariables variables) {
  for (const std::string_view name : k_from_metadata)
    if (auto value = ctys_metadata(text, name); value && variables.find(name) == variables.end())
      variables.emplace(name, std::move(*value));
  return CtysDefinition{std::move(path), std::move(variables)};
}

Result<std::vector<std::vector<std::string>>> ctys_starters(const CtysDefinition& definition) {
  std::vector<std::vector<std::string>> starters;
  for (const std::string_view name : {"STARTERCALL", "QEMUKVM", "QEMUBASE"}) {
    if (name == "QEMUKVM" && definition.get("ACCELERATOR") != "KVM")
      continue;
    auto words = shell_words(definition.get(name));
    if (!words)
      return fail(Error{ErrorKind::usage,
                        fmt::format("cannot use {}", printable(definition.path)),
                        fmt::format("{} cannot be split into words: {}", name, words.error().cause()),
                        {}});
    if (!words.value().empty())
      starters.push_back(std::move(words).value());
  }
  if (const std::string& architecture = definition.get("ARCH"); is_word(architecture, "_"))
    starters.push_back({"qemu-system-" + architecture});
  return starters;
}

} // namespace vdeup::config
