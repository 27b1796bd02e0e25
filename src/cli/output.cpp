#include "cli/output.hpp"

#include "base/log.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace vdeup::cli {
Error no_switch(const plan::Request& request, const Switch& vde_switch) {
  const std::string what = fmt::format("no switch answers at {}", request.scope.sockets.mgmt.str());
  const std::string hint = fmt::format("`{}` makes one, `{}` says more", request.command("create", true),
                                       request.command("check", false));
  switch (vde_switch.life) {
  case Switch::Life::mute:
    return Error{ErrorKind::missing, what, fmt::format("process {} is silent", vde_switch.pid),
                 fmt::format("`{} -f` ends it", request.command("cancel", false))};
  case Switch::Life::dead:
    return Error{ErrorKind::missing, what, "its process is gone, its sockets are left", hint};
  default:
    return Error{ErrorKind::missing, what, "there is none", hint};
  }
}

void print_plan(const Plan& plan) {
  if (plan.empty())
    fmt::print("nothing to do\n");
  for (const PlannedStep& planned : plan) {
    fmt::print("{}\n", describe(planned.step));
    if (planned.undo)
      fmt::print("    undo: {}\n", describe(*planned.undo));
  }
}

void print_row(const std::vector<std::string>& fields) {
  std::string row;
  for (const std::string& field : fields) {
    row += row.empty() && &field == &fields.front() ? "" : "|";
    for (const char byte : printable(field))
      row += byte == '|' ? std::string{"\\x7c"} : std::string{byte};
  }
  fmt::print("{}\n", row);
}

void print_plan_rows(const Plan& plan) {
  for (const PlannedStep& planned : plan) {
    const StepName name = name_of(planned.step);
    print_row({std::string{name.kind}, name.object});
  }
}

void print_error(std::string_view program, const Error& error) {
  // Whatever came into an error from outside, nothing of it reaches a terminal as a command.
  fmt::print(stderr, "{}: {}\n", printable(program), with_hints(error.message(), error.hints()));
}

} // namespace vdeup::cli
