#pragma once

#include "model/network.hpp"
#include "model/step.hpp"
#include "plan/request.hpp"

#include <string>
#include <string_view>

namespace vdeup::cli {

/// The error of a command that needs a switch that answers, where there is none.
[[nodiscard]] Error no_switch(const plan::Request& request, const Switch& vde_switch);

/// Print a plan for people, each step with its inverse.
void print_plan(const Plan& plan);

/// Print one row of terse output (-X): the fields with `|` between them. What is in a field can neither end
/// it nor the row, nor reach a terminal as a command.
void print_row(const std::vector<std::string>& fields);

/// Print a plan as rows `KIND|OBJECT`.
void print_plan_rows(const Plan& plan);

/// Print an error as `PROGRAM: what: cause`, its hint below it, on standard error.
void print_error(std::string_view program, const Error& error);

} // namespace vdeup::cli
