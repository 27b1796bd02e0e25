#include "cli/app.hpp"

#include "base/signal_hold.hpp"
#include "base/unique_fd.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <optional>

namespace vdeup::cli {
namespace {

Result<Invocation> read_call(std::string_view name, const std::vector<std::string>& words) {
  if (!is_wrapper(name))
    return parse_arguments(words);
  Invocation call{.command = CommandWord::run};
  TRY(call.program, wrapped_line(name, words));
  return call;
}

Result<int> dispatch(const Invocation& call) {
  switch (call.command) {
  case CommandWord::run:
    return run_command(call);
  case CommandWord::create:
    return create_command(call);
  case CommandWord::cancel:
    return cancel_command(call);
  case CommandWord::check:
    return check_command(call);
  case CommandWord::info:
    return info_command(call);
  case CommandWord::ports:
    return ports_command(call);
  case CommandWord::list:
    return list_command(call);
  }
  return 0;
}

int report(std::string_view name, const Error& error, bool is_run) {
  print_error(name, error);
  return is_run ? run_exit_status(error.kind) : setup_exit_status(error.kind);
}

/// Push out what was printed. False if it did not all get there: a full disk, a closed pipe.
bool has_been_printed() {
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

/// VDE's wrappers showed their own help before the program's when -h was the first word.
bool asks_for_help(const std::vector<std::string>& words) {
  return !words.empty() && (words[0] == "-h" || words[0] == "-help" || words[0] == "--help");
}

} // namespace

int run(const std::vector<std::string>& argv) {
  fill_standard_streams();
  const std::string_view name = argv.empty() ? "vdeup" : called_as(argv.front());
  const std::vector<std::string> words{argv.begin() + (argv.empty() ? 0 : 1), argv.end()};
  const bool wrapped = is_wrapper(name);
  if (wrapped && asks_for_help(words))
    fmt::print("{}", usage_text());
  if (wrapped && asks_for_help(words) && name == "vdeq")
    return 0;
  auto call = read_call(name, words);
  if (!call)
    return report(name, call.error(), wrapped || is_about_run(words));
  if (call.value().help) {
    fmt::print("{}", usage_text());
    return 0;
  }
  if (call.value().version) {
    fmt::print("vdeup {}\n", VDEUP_VERSION);
    return 0;
  }
  // From here until everything is said: a change is finished or undone, and told, before a signal ends us.
  // `run` holds signals itself, because what it becomes must get them.
  std::optional<SignalHold> hold;
  if (call.value().command == CommandWord::create || call.value().command == CommandWord::cancel)
    hold.emplace();
  auto status = dispatch(call.value());
  if (status && !has_been_printed())
    return report(name, Error{ErrorKind::failed, "cannot print the answer", errno_text(errno), {}}, false);
  return status ? status.value() : report(name, status.error(), call.value().command == CommandWord::run);
}

} // namespace vdeup::cli
