#include "cli/options.hpp"

#include "base/text.hpp"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/variables_map.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

namespace vdeup::cli {
namespace {

namespace po = boost::program_options;

struct Word {
  std::string_view text;
  CommandWord command;
  std::string_view summary;
};

constexpr std::array k_words{
    Word{"run", CommandWord::run, "make the network exist, attach, and become PROGRAM (a QEMU)"},
    Word{"create", CommandWord::create, "make switch, TAP and bridge exist"},
    Word{"cancel", CommandWord::cancel, "stop the switch and delete its TAP"},
    Word{"check", CommandWord::check, "say whether VMs reach the bridge, and what is wrong if not"},
    Word{"info", CommandWord::info, "describe the switch (this is the default)"},
    Word{"ports", CommandWord::ports, "list the ports of the switch and the VMs at them"},
    Word{"list", CommandWord::list, "list the switches of all users"},
};

po::options_description all_options() {
  po::options_description options{"Options"};
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  options.add_options()                                                                          //
      (",b", text("BRIDGE"), "use this bridge; default: the first suitable, else a new ctysbr0") //
      (",s", text("DIR"), "socket directory of the switch (QEMUSOCK)")                           //
      (",S", text("SOCKET"), "management socket of the switch (QEMUMGMT)")                       //
      (",u", text("USER"), "owner of switch and TAP; default: the caller")                       //
      (",f", "go on where that can cut off VMs")                                                 //
      ("dry-run", "print what would be done, and do nothing")                                    //
      ("json", "print the answer as JSON")                                                       //
      ("bridge", "cancel: remove the bridge as well, if vdeup made it and nothing else uses it") //
      ("help,h", "print this text")                                                              //
      ("version,V", "print the version");
  return options;
}

std::optional<CommandWord> find_command(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const Word& word : k_words)
    if (word.text == text)
      return word.command;
  return std::nullopt;
}

Error usage(std::string what, std::string cause, std::string_view suggestion = {}) {
  return Error{ErrorKind::usage, std::move(what), std::move(cause),
               suggestion.empty() ? "`vdeup -h` lists commands and options"
                                  : fmt::format("did you mean '{}'?", suggestion)};
}

Error unknown_command(const std::string& word) {
  std::vector<std::string_view> known;
  known.reserve(k_words.size());
  for (const Word& candidate : k_words)
    known.push_back(candidate.text);
  return usage(fmt::format("unknown command '{}'", printable(word)), {}, nearest(word, known));
}

/// True if the option in `word`, or the last one of several (-fu), takes the next word as its value.
bool takes_next_word(const po::options_description& options, const std::string& word) {
  const auto takes_value = [&options](const std::string& name) {
    const auto* option = options.find_nothrow(name, false);
    return option != nullptr && option->semantic()->max_tokens() > 0;
  };
  if (word.starts_with("--"))
    return word.find('=') == std::string::npos && takes_value(word.substr(2));
  for (std::size_t i = 1; i < word.size(); ++i)
    if (takes_value({'-', word[i]}))
      return i + 1 == word.size(); // what follows in the same word is the value: -bbr0
  return false;
}

/// The words, told apart: options and values, command words, and the program of `run`.
struct Split {
  std::vector<std::string> options;
  std::vector<std::string> commands;
  std::vector<std::string> program;
};

Split split(const po::options_description& options, const std::vector<std::string>& words) {
  Split parts;
  bool is_run = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const bool is_option = word.size() > 1 && word.front() == '-';
    if (is_run && (word == "--" || !is_option)) {
      const auto first = words.begin() + static_cast<std::ptrdiff_t>(i) + (word == "--" ? 1 : 0);
      parts.program.assign(first, words.end());
      break;
    }
    if (word == "--")
      continue;
    if (!is_option) {
      parts.commands.push_back(word);
      is_run = find_command(word) == CommandWord::run;
      continue;
    }
    parts.options.push_back(word);
    if (takes_next_word(options, word) && i + 1 < words.size())
      parts.options.push_back(words[++i]);
  }
  return parts;
}

/// Boost writes all names with two dashes.
std::string shown_name(const std::string& name) {
  const std::string bare = name.substr(std::min(name.find_first_not_of('-'), name.size()));
  return printable((bare.size() == 1 ? "-" : "--") + bare);
}

Result<po::variables_map> read_options(const po::options_description& options,
                                       const std::vector<std::string>& words) {
  namespace style = po::command_line_style;
  constexpr int exact = style::unix_style & ~style::allow_guessing;
  po::variables_map values;
  try {
    po::store(po::command_line_parser(words).options(options).style(exact).run(), values);
  } catch (const po::unknown_option& error) {
    std::vector<std::string_view> known{"--dry-run", "--json", "--bridge", "--help", "--version"};
    return fail(usage(fmt::format("unknown option '{}'", printable(error.get_option_name())), {},
                      nearest(error.get_option_name(), known)));
  } catch (const po::invalid_command_line_syntax& error) {
    return fail(usage(fmt::format("cannot use option '{}' so", shown_name(error.get_option_name())),
                      error.kind() == po::invalid_syntax::missing_parameter ? "it needs a value"
                                                                            : "it takes no value"));
  } catch (const po::error& error) {
    return fail(usage("cannot read the command line", printable(error.what())));
  }
  return values;
}

std::optional<std::string> get(const po::variables_map& values, const char* name) {
  if (values.count(name) == 0)
    return std::nullopt;
  return values[name].as<std::string>();
}

} // namespace

Result<Invocation> parse_arguments(const std::vector<std::string>& words) {
  const po::options_description options = all_options();
  Split parts = split(options, words);
  TRY(auto values, read_options(options, parts.options));
  Invocation call;
  call.choice = {.user = get(values, "-u"), .socket = get(values, "-s"), .mgmt = get(values, "-S")};
  call.bridge = get(values, "-b");
  call.force = values.count("-f") > 0;
  call.help = values.count("help") > 0;
  call.version = values.count("version") > 0;
  call.dry_run = values.count("dry-run") > 0;
  call.json = values.count("json") > 0;
  call.remove_bridge = values.count("bridge") > 0;
  call.program = std::move(parts.program);
  if (parts.commands.size() > 1)
    return fail(
        usage(fmt::format("one command is enough, and '{}' is another", printable(parts.commands[1])), {}));
  if (!parts.commands.empty()) {
    const auto command = find_command(parts.commands.front());
    if (!command)
      return fail(unknown_command(parts.commands.front()));
    call.command = *command;
  }
  if (call.remove_bridge && call.command != CommandWord::cancel)
    return fail(usage("cannot use --bridge here", "it belongs to cancel", "-b"));
  if (call.command == CommandWord::run && call.program.empty() && !call.help && !call.version)
    return fail(
        usage("run needs a program", "an example: vdeup run -- qemu-system-x86_64 -m 512 disk.qcow2"));
  return call;
}

bool is_about_run(const std::vector<std::string>& words) {
  const Split parts = split(all_options(), words);
  return !parts.commands.empty() && find_command(parts.commands.front()) == CommandWord::run;
}

std::string usage_text() {
  std::ostringstream text;
  text << "Usage: vdeup [options] COMMAND [options]\n"
          "       vdeup [options] run [options] [--] PROGRAM [ARGUMENTS...]\n"
          "       vdeqemu|vdekvm [QEMU ARGUMENTS...]\n"
          "       vdeq PROGRAM [ARGUMENTS...]\n\nCommands:\n";
  for (const Word& word : k_words)
    text << fmt::format("  {:<8} {}\n", word.text, word.summary);
  text << '\n' << all_options() << "\nSee vdeup(1).\n";
  return text.str();
}

} // namespace vdeup::cli
