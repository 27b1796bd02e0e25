#include "cli/app.hpp"

#include "base/signal_hold.hpp"
#include "base/unique_fd.hpp"
#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/log_level.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"
#include "launch/program.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>

namespace vdeup::cli {
namespace {

/// The name under which the 2010 tool is called.
constexpr std::string_view k_ctys = "ctys-setupVDE";
constexpr std::string_view k_vdeup = "vdeup";

Dialect dialect_of(std::string_view name) {
  return name == k_ctys ? Dialect::ctys : Dialect::vdeup;
}

Result<Invocation> read_call(std::string_view name, const std::vector<std::string>& words) {
  if (!launch::is_wrapper(name))
    return parse_arguments(words, dialect_of(name));
  Invocation call{.command = CommandWord::run};
  TRY(call.program, launch::wrapped_line(name, words));
  return call;
}

Result<int> dispatch(const Context& context) {
  switch (context.call.command) {
  case CommandWord::run:
    return run_command(context);
  case CommandWord::create:
    return create_command(context);
  case CommandWord::cancel:
    return cancel_command(context);
  case CommandWord::check:
    return check_command(context);
  case CommandWord::info:
    return info_command(context);
  case CommandWord::ports:
    return ports_command(context);
  case CommandWord::confirm:
    return confirm_command(context);
  case CommandWord::undo:
    return undo_command(context);
  case CommandWord::list:
  case CommandWord::listall:
    return list_command(context);
  }
  return 0;
}

/// Carry out a command, with the settings of files and the log that it is to have.
Result<int> execute(std::string_view name, const Invocation& call) {
  if (!call.remote_hosts.empty())
    return fail(Error{ErrorKind::refused, "cannot work on other hosts",
                      "this version of vdeup works on the host that it runs on",
                      "log in there, as in `ssh HOST vdeup create`"});
  TRY(auto files, config::read_configuration(::geteuid()));
  LogLevel level = call.log_level.value_or(LogLevel::info);
  if (!call.log_level && files.debug) {
    TRY(level, parse_log_level(*files.debug));
  }
  const Log log{std::string{name}, level};
  return dispatch(Context{call, files, log});
}

void print_version(std::string_view name, bool terse) {
  if (terse)
    fmt::print("{}\n", VDEUP_VERSION);
  else if (dialect_of(name) == Dialect::ctys)
    fmt::print("{} (vdeup) {}\n", k_ctys, VDEUP_VERSION);
  else
    fmt::print("vdeup {}\n", VDEUP_VERSION);
}

int report(std::string_view name, const Error& error, bool is_run) {
  print_error(name, error);
  return is_run ? run_exit_status(error.kind()) : setup_exit_status(error.kind());
}

/// Push out what was printed. False if it did not all get there: a full disk, a closed pipe.
bool has_been_printed() {
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

/// The exit status of what was done, with its error told.
int conclude(std::string_view name, const Result<int>& status, bool is_run) {
  if (status && !has_been_printed())
    return report(name, Error{ErrorKind::failed, "cannot print the answer", errno_text(errno), {}}, false);
  return status ? status.value() : report(name, status.error(), is_run);
}

/// True if the program is asked for nothing but a word about itself.
bool is_about_itself(const Invocation& call) {
  return call.help_topic || call.help || call.version;
}

/// Show a manual, the help text, or the version.
Result<int> tell_of_itself(std::string_view name, const Invocation& call) {
  if (call.help_topic)
    return help_command(call, dialect_of(name) == Dialect::ctys ? k_ctys : k_vdeup);
  if (call.help)
    fmt::print("{}", usage_text(dialect_of(name)));
  else
    print_version(name, call.terse);
  return 0;
}

/// VDE's wrappers showed their own help before the program's when -h was the first word.
bool asks_for_help(const std::vector<std::string>& words) {
  return !words.empty() && (words[0] == "-h" || words[0] == "-help" || words[0] == "--help");
}

} // namespace

int run(const std::vector<std::string>& argv) {
  fill_standard_streams();
  const std::string_view name = argv.empty() ? "vdeup" : launch::called_as(argv.front());
  const std::vector<std::string> words{argv.begin() + (argv.empty() ? 0 : 1), argv.end()};
  const bool wrapped = launch::is_wrapper(name);
  if (wrapped && asks_for_help(words))
    fmt::print("{}", usage_text(dialect_of(name)));
  if (wrapped && asks_for_help(words) && name == "vdeq")
    return 0;
  auto call = read_call(name, words);
  if (!call)
    return report(name, call.error(), wrapped || is_about_run(words, dialect_of(name)));
  if (is_about_itself(call.value()))
    return conclude(name, tell_of_itself(name, call.value()), false);
  // From here until everything is said: a change is finished or undone, and told, before a signal ends us.
  // `run` holds signals itself, because what it becomes must get them.
  std::optional<SignalHold> hold;
  if (call.value().command == CommandWord::create || call.value().command == CommandWord::cancel ||
      call.value().command == CommandWord::undo)
    hold.emplace();
  return conclude(name, execute(name, call.value()), call.value().command == CommandWord::run);
}

} // namespace vdeup::cli
