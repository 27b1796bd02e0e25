#include "privilege/elevation.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace vdeup::privilege {
namespace {

using process::Command;
using process::Terminal;
using Choice = ElevationOptions::Choice;

constexpr std::chrono::seconds k_question_patience{5};
constexpr const char* k_polkit_action = "org.vdeup.helper";

Error unavailable(std::string cause) {
  return Error{ErrorKind::not_permitted, {}, std::move(cause), {}};
}

/// True if the user selected this method, and can type a password.
bool may_ask(Choice choice, const ElevationOptions& options) {
  return choice == Choice::yes && options.may_prompt && ::isatty(STDERR_FILENO) == 1 &&
         ::isatty(STDIN_FILENO) == 1;
}

/// With the environment of every program, and what it takes to ask for a password, or to find a ticket.
Command command(std::string program, std::vector<std::string> args) {
  Command made{.program = std::move(program), .args = std::move(args)};
  for (const char* name : {"TERM", "KRB5CCNAME"})
    if (const char* value = std::getenv(name); value != nullptr)
      made.environment.push_back(fmt::format("{}={}", name, value));
  return made;
}

ElevationCommand elevation(std::string program, std::vector<std::string> args, bool asks) {
  return {command(std::move(program), std::move(args)), asks ? Terminal::shared : Terminal::kept};
}

Result<std::string> find_permitted(const std::string& program, Choice choice, const char* off) {
  if (choice == Choice::no)
    return fail(unavailable(fmt::format("{} excludes it", off)));
  auto found = process::find_system_program(program);
  if (!found)
    return fail(unavailable(found.error().kind() == ErrorKind::program_missing ? "not installed"
                                                                               : "not for this user"));
  return found;
}

/// Ask a program a question whose answer changes nothing.
Result<process::Outcome> ask(const std::string& program, std::vector<std::string> args) {
  auto outcome = process::run(command(program, std::move(args)), Deadline::after(k_question_patience));
  if (!outcome)
    return fail(unavailable(outcome.error().message()));
  return outcome;
}

std::string first_line(const std::string& text, std::string_view otherwise) {
  const std::string_view line = trimmed(std::string_view{text}.substr(0, text.find('\n')));
  return line.empty() ? std::string{otherwise} : printable(line);
}

Result<ElevationCommand> find_capability(const std::string& helper, const ElevationOptions& /*options*/) {
  if (::access(helper.c_str(), X_OK) < 0)
    return fail(unavailable(fmt::format("{}: {}", helper, errno_text(errno))));
  if (::getxattr(helper.c_str(), "security.capability", nullptr, 0) <= 0)
    return fail(unavailable(fmt::format("{} has no file capability", helper)));
  return elevation(helper, {}, false);
}

/// ksu cannot be asked beforehand. The helper does nothing before it is greeted, so starting it is the
/// question; without a terminal ksu has nobody to ask for a password. Only on request: it may talk to a
/// server.
Result<ElevationCommand> find_ksu(const std::string& helper, const ElevationOptions& options) {
  TRY(auto ksu, find_permitted("ksu", options.ksu, "-Z NOKSU"));
  if (options.ksu != Choice::yes)
    return fail(unavailable("not asked for (-Z KSU)"));
  ElevationCommand found =
      elevation(std::move(ksu), {"root", "-q", "-e", helper}, may_ask(options.ksu, options));
  if (found.terminal != Terminal::shared)
    found.terminal = Terminal::none;
  return found;
}

Result<ElevationCommand> find_sudo(const std::string& helper, const ElevationOptions& options) {
  TRY(auto sudo, find_permitted("sudo", options.sudo, "-Z NOSUDO"));
  TRY(auto listed, ask(sudo, {"-n", "-l", helper}));
  if (may_ask(options.sudo, options)) // "no" can mean that it takes a password, which can be given
    return elevation(std::move(sudo), {helper}, true);
  if (listed.exit_status != 0)
    return fail(unavailable(first_line(listed.errors, "sudoers does not allow it without a password")));
  return elevation(std::move(sudo), {"-n", helper}, false);
}

Result<ElevationCommand> find_doas(const std::string& helper, const ElevationOptions& options) {
  TRY(auto doas, find_permitted("doas", options.sudo, "-Z NOSUDO"));
  TRY(auto checked, ask(doas, {"-C", "/etc/doas.conf", helper}));
  const bool asks = may_ask(options.sudo, options);
  if (checked.output.starts_with("deny"))
    return fail(unavailable("doas.conf does not allow it"));
  if (checked.output.starts_with("permit") && !checked.output.starts_with("permit nopass") && !asks)
    return fail(unavailable("doas.conf wants a password"));
  if (asks) // where the file cannot be read, doas itself has to say
    return elevation(std::move(doas), {helper}, true);
  return elevation(std::move(doas), {"-n", helper}, false);
}

Result<ElevationCommand> find_pkexec(const std::string& helper, const ElevationOptions& options) {
  TRY(auto pkexec, find_permitted("pkexec", options.sudo, "-Z NOSUDO"));
  TRY(auto pkcheck, find_permitted("pkcheck", options.sudo, "-Z NOSUDO"));
  TRY(auto checked, ask(pkcheck, {"--action-id", k_polkit_action, "--process", std::to_string(::getpid())}));
  if (checked.exit_status == 0)
    return elevation(std::move(pkexec), {"--disable-internal-agent", helper}, false);
  constexpr int needs_password = 2; // pkcheck(1)
  if (checked.exit_status == needs_password && may_ask(options.sudo, options))
    return elevation(std::move(pkexec), {helper}, true);
  return fail(unavailable(first_line(checked.errors, "polkit does not allow it")));
}

} // namespace

ElevationOptions ElevationOptions::over(const ElevationOptions& weaker) const {
  ElevationOptions sum = *this;
  sum.ksu = ksu == Choice::unset ? weaker.ksu : ksu;
  sum.sudo = sudo == Choice::unset ? weaker.sudo : sudo;
  return sum;
}

std::vector<ElevationMethod> elevation_methods() {
  return {{"its file capability", false, find_capability},
          {"ksu", true, find_ksu},
          {"sudo", true, find_sudo},
          {"doas", true, find_doas},
          {"pkexec", true, find_pkexec}};
}

Result<std::string> find_helper() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error)
    return fail(errno_error(error.value(), "cannot read /proc/self/exe", "mount /proc"));
  const auto helper = (program.parent_path() / VDEUP_HELPER_FROM_BIN).lexically_normal();
  struct stat status {};
  if (::stat(helper.c_str(), &status) < 0)
    return fail(errno_error(errno, fmt::format("cannot use {}", printable(helper.string()))));
  return helper.string();
}

} // namespace vdeup::privilege
