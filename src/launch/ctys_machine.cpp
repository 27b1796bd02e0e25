#include "launch/ctys_machine.hpp"

#include "base/accounts.hpp"
#include "base/text.hpp"
#include "config/ctys_file.hpp"
#include "config/ctys_line.hpp"
#include "config/trusted_file.hpp"
#include "launch/program.hpp"
#include "process/command.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <filesystem>

namespace vdeup::launch {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds k_bash_patience{10};

Result<std::string> read_definition(const std::string& path, uid_t caller) {
  // Before the file: a directory that is not there is a file that is not there.
  TRY(auto text, config::read_trusted_file(path, caller));
  if (!text)
    return fail(Error{
        ErrorKind::missing, fmt::format("cannot read {}", printable(path)), "there is no such file", {}});
  TRY(config::check_trusted_directory(fs::path{path}.parent_path().string(), caller));
  TRY(config::require_definition(*text, path));
  return std::move(*text);
}

/// The last line of what a program has said, for a message.
std::string last_line(std::string_view text) {
  while (text.ends_with('\n'))
    text.remove_suffix(1);
  return printable(text.substr(text.rfind('\n') + 1));
}

Result<config::CtysVariables> source(const std::string& path, const std::string& text,
                                     const CtysRequest& request, uid_t caller) {
  TRY(auto account, find_account(caller));
  const config::CtysSurroundings surroundings{.home = account ? account->home : "/",
                                              .user = user_name(caller),
                                              .directory = fs::path{path}.parent_path().string(),
                                              .sock_base = request.sock_base,
                                              .socket = request.socket,
                                              .mgmt = request.mgmt};
  TRY(auto bash, process::find_system_program("bash"));
  auto outcome = process::run({.program = bash,
                               .args = config::ctys_bash_arguments(path, text),
                               .environment = config::ctys_bash_environment(surroundings)},
                              Deadline::after(k_bash_patience));
  if (!outcome)
    return fail(std::move(outcome).error().during(fmt::format("cannot read {}", printable(path))));
  auto variables = config::parse_ctys_variables(outcome.value().output, path);
  if (!variables && !outcome.value().errors.empty()) {
    Error error = std::move(variables).error();
    error.set_cause(fmt::format("{} (status {}): {}", error.cause(), outcome.value().exit_status,
                                last_line(outcome.value().errors)));
    return fail(std::move(error));
  }
  return variables;
}

/// The first starter that is on this host; if none is, the host's own QEMU.
std::vector<std::string> choose_starter(const std::vector<std::vector<std::string>>& starters) {
  for (const auto& starter : starters)
    if (process::find_program(starter.front()))
      return starter;
  return {host_emulator()};
}

} // namespace

Result<std::vector<std::string>> read_ctys_line(const CtysRequest& request) {
  const uid_t caller = ::geteuid();
  std::error_code error;
  const std::string path = fs::absolute(request.file, error).lexically_normal().string();
  TRY(auto text, read_definition(path, caller));
  TRY(auto variables, source(path, text, request, caller));
  variables.emplace("QEMUSOCK", request.socket);
  variables.emplace("QEMUMONSOCK",
                    fmt::format("{}/qemumon.ACTUALLABEL.ACTUALPID.{}", request.sock_base, user_name(caller)));
  const auto definition = config::make_ctys_definition(path, text, std::move(variables));
  TRY(auto starters, config::ctys_starters(definition));
  return config::to_qemu_line(definition, {.starter = choose_starter(starters),
                                           .console = request.console,
                                           .boot = request.boot,
                                           .vnc_display = request.vnc_display,
                                           .exists = [](const std::string& file) {
                                             std::error_code ignored;
                                             return !file.empty() && fs::exists(file, ignored);
                                           }});
}

} // namespace vdeup::launch
