#include "cli/options.hpp"

#include "base/text.hpp"
#include "cli/limited_options.hpp"
#include "cli/log_level.hpp"
#include "cli/option_table.hpp"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/variables_map.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace vdeup::cli {
namespace {

namespace po = boost::program_options;

Error unknown_command(Dialect dialect, const std::string& word) {
  return usage(fmt::format("unknown command '{}'", printable(word)), {},
               nearest(word, command_words(dialect)));
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

bool is_option(const std::string& word) {
  return word.size() > 1 && word.front() == '-';
}

/// The words, told apart: options and values, command words, and the program of `run`.
struct Split {
  std::vector<std::string> options;
  std::vector<std::string> commands;
  std::vector<std::string> program;
};

Split split(const po::options_description& options, const std::vector<std::string>& words, Dialect dialect) {
  Split parts;
  bool is_run = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (is_run && (word == "--" || !is_option(word))) {
      const auto first = words.begin() + static_cast<std::ptrdiff_t>(i) + (word == "--" ? 1 : 0);
      parts.program.assign(first, words.end());
      break;
    }
    if (word == "--")
      continue;
    if (!is_option(word)) {
      parts.commands.push_back(word);
      is_run = find_command(dialect, word) == CommandWord::run;
      continue;
    }
    parts.options.push_back(word);
    if (!takes_next_word(options, word))
      continue;
    const bool has_value = i + 1 < words.size();
    if (word.ends_with('H') && (!has_value || is_option(words[i + 1])))
      parts.options.emplace_back(); // -H alone asks for one's own page
    else if (has_value)
      parts.options.push_back(words[++i]);
  }
  return parts;
}

/// Boost writes all names with two dashes.
std::string shown_name(const std::string& name) {
  const std::string bare = name.substr(std::min(name.find_first_not_of('-'), name.size()));
  return printable((bare.size() == 1 ? "-" : "--") + bare);
}

Error unknown_option(Dialect dialect, const std::string& name) {
  const std::vector<std::string> known = long_options(dialect);
  return usage(fmt::format("unknown option '{}'", printable(name)), {},
               nearest(name, {known.begin(), known.end()}));
}

Result<po::variables_map> read_options(Dialect dialect, const po::options_description& options,
                                       const std::vector<std::string>& words) {
  namespace style = po::command_line_style;
  constexpr int exact = style::unix_style & ~style::allow_guessing;
  po::variables_map values;
  try {
    po::store(po::command_line_parser(words).options(options).style(exact).run(), values);
  } catch (const po::unknown_option& error) {
    return fail(unknown_option(dialect, error.get_option_name()));
  } catch (const po::invalid_command_line_syntax& error) {
    return fail(usage(fmt::format("cannot use option '{}' so", shown_name(error.get_option_name())),
                      error.kind() == po::invalid_syntax::missing_parameter ? "it needs a value"
                                                                            : "it takes no value"));
  } catch (const po::multiple_occurrences& error) {
    return fail(usage(fmt::format("cannot use option '{}' twice", shown_name(error.get_option_name())), {}));
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

Invocation read_words(const po::variables_map& values) {
  Invocation call;
  call.choice = {.user = get(values, "-u"),
                 .socket = get(values, "-s"),
                 .mgmt = get(values, "-S"),
                 .group = get(values, "-g"),
                 .share = get(values, "share")};
  call.bridge = get(values, "-b");
  call.uplink = get(values, "uplink");
  call.help_topic = get(values, "-H");
  call.interface = get(values, "-i");
  call.force = values.count("-f") > 0;
  call.help = values.count("-h") > 0 || values.count("help") > 0;
  call.no_heading = values.count("-n") > 0;
  call.version = values.count("-V") > 0 || values.count("version") > 0;
  call.terse = values.count("-X") > 0;
  call.dry_run = values.count("dry-run") > 0;
  call.json = values.count("json") > 0;
  call.remove_bridge = values.count("bridge") > 0;
  return call;
}

Result<launch::LaunchOptions> read_run_options(const po::variables_map& values) {
  launch::LaunchOptions run;
  run.nic_model = get(values, "nic-model");
  run.profile = get(values, "-t");
  run.ctys = get(values, "ctys");
  if (run.profile && run.ctys)
    return fail(usage("cannot use -t and --ctys together", "either describes a whole VM"));
  run.remove = values.count("rm") > 0;
  run.reconnect = values.count("reconnect") > 0;
  run.strict = values.count("strict") > 0;
  run.timing = values.count("timing") > 0;
  if (const auto lane = get(values, "lane")) {
    if (*lane != "vde" && *lane != "tap")
      return fail(usage(fmt::format("cannot use --lane with '{}'", printable(*lane)), "it is vde or tap",
                        nearest(*lane, {"vde", "tap"})));
    run.lane = *lane == "tap" ? launch::Lane::tap : launch::Lane::vde;
  }
  if (const auto queues = get(values, "queues")) {
    TRY(run.queues, parse_queues(*queues));
  }
  return run;
}

Result<MoveArguments> read_move_arguments(const po::variables_map& values) {
  MoveArguments move;
  move.persist = values.count("persist") > 0;
  if (const auto timeout = get(values, "timeout")) {
    TRY(move.timeout, parse_seconds("--timeout", *timeout));
    move.has_timeout = true;
  }
  if (const auto confirm = get(values, "confirm")) {
    TRY(move.confirm, parse_seconds("--confirm", *confirm));
  }
  return move;
}

/// What goes with commands that move a NIC only.
Result<> check_move_company(const Invocation& call) {
  const bool moves_a_nic = call.command == CommandWord::create || call.command == CommandWord::undo ||
                           (call.command == CommandWord::cancel && call.remove_bridge);
  if (call.move.has_timeout && !moves_a_nic)
    return fail(usage("cannot use --timeout here", "it belongs to create, undo and cancel --bridge"));
  if (call.move.confirm && !moves_a_nic)
    return fail(usage("cannot use --confirm here", "it belongs to create, undo and cancel --bridge"));
  if (!call.probes.empty() && !moves_a_nic && call.command != CommandWord::check)
    return fail(
        usage("cannot use --probe here", "it belongs to check, and to create, undo and cancel --bridge"));
  const auto has_port = [](const ReachTarget& target) { return target.port != 0; };
  if (call.command == CommandWord::check && std::any_of(call.probes.begin(), call.probes.end(), has_port))
    return fail(usage("cannot use --probe with a port here", "check asks who has an address, as a VM would"));
  return ok();
}

/// Read the values that have a form of their own.
Result<> read_values(const po::variables_map& values, Invocation& call) {
  if (const auto level = get(values, "-d")) {
    TRY(call.log_level, parse_log_level(*level));
  }
  if (const auto hosts = get(values, "-r")) {
    TRY(call.remote_hosts, parse_hosts(*hosts));
  }
  if (const auto user = get(values, "-l")) {
    TRY(call.remote_user, parse_remote_user(*user));
  }
  if (const auto ways = get(values, "-Z")) {
    TRY(call.privilege, parse_privilege(*ways));
  }
  call.privilege.may_prompt = values.count("no-prompt") == 0;
  TRY(call.run, read_run_options(values));
  if (call.uplink) {
    TRY(check_uplink(*call.uplink));
  }
  if (values.count("forward") > 0) {
    TRY(call.forwards, parse_forwards(values["forward"].as<std::vector<std::string>>()));
  }
  if (values.count("probe") > 0)
    for (const std::string& text : values["probe"].as<std::vector<std::string>>()) {
      TRY(auto target, parse_probe(text));
      call.probes.push_back(std::move(target));
    }
  TRY(call.move, read_move_arguments(values));
  return ok();
}

Result<CommandWord> read_command(Dialect dialect, const std::vector<std::string>& words) {
  if (words.empty())
    return CommandWord::info;
  for (const std::string& word : words)
    if (!find_command(dialect, word))
      return fail(unknown_command(dialect, word));
  if (words.size() > 1)
    return fail(usage(fmt::format("one command is enough, and '{}' is another", printable(words[1])), {}));
  return *find_command(dialect, words.front());
}

Result<> check_uplink_company(const Invocation& call) {
  const std::string uplink = call.uplink.value_or("auto");
  if (!call.forwards.empty() && uplink != "auto" && uplink != "slirp")
    return fail(usage("cannot use --forward here", "it belongs to --uplink slirp"));
  const bool needs_bridge = call.bridge || call.interface || call.run.lane == launch::Lane::tap;
  if (needs_bridge && (!call.forwards.empty() || (uplink != "auto" && uplink != "bridge")))
    return fail(usage("cannot use -b, -i or --lane tap here", "they belong to --uplink bridge"));
  return ok();
}

/// What goes with one command only, or with one other option only.
Result<> check_company(const Invocation& call) {
  if (call.run.queues > 1 && call.run.lane != launch::Lane::tap && !call.run.profile)
    return fail(usage("cannot use --queues here", "it belongs to --lane tap: a switch has one queue"));
  TRY(check_move_company(call));
  TRY(check_uplink_company(call));
  if (call.choice.group && call.choice.share)
    return fail(usage("cannot use -g and --share together",
                      "-g closes the switch to the group, and --share opens it"));
  if (call.json && call.command == CommandWord::run && !call.dry_run)
    return fail(usage("cannot use --json here", "run prints an answer with --dry-run only", {}));
  if (call.json && call.terse)
    return fail(usage("cannot use -X and --json together", "they are two forms of one answer"));
  if (call.remote_user && call.remote_hosts.empty())
    return fail(usage("cannot use -l here", "it names the user on the hosts of -r"));
  const bool has_program = !call.program.empty() || call.run.profile || call.run.ctys;
  if (call.command == CommandWord::run && !has_program && !call.help && !call.help_topic && !call.version)
    return fail(
        usage("run needs a program", "an example: vdeup run -- qemu-system-x86_64 -m 512 disk.qcow2"));
  return ok();
}

} // namespace

Result<Invocation> parse_arguments(const std::vector<std::string>& words, Dialect dialect) {
  const po::options_description options = all_options(dialect);
  Split parts = split(options, words, dialect);
  TRY(auto values, read_options(dialect, options, parts.options));
  Invocation call = read_words(values);
  TRY(read_values(values, call));
  call.program = std::move(parts.program);
  TRY(call.command, read_command(dialect, parts.commands));
  if (!call.help && !call.help_topic && !call.version) {
    TRY(check_effect(values, call.command, dialect));
  }
  TRY(check_company(call));
  return call;
}

bool is_about_run(const std::vector<std::string>& words, Dialect dialect) {
  const Split parts = split(all_options(dialect), words, dialect);
  return !parts.commands.empty() && find_command(dialect, parts.commands.front()) == CommandWord::run;
}

} // namespace vdeup::cli
