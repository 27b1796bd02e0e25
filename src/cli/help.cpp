#include "cli/help.hpp"

#include "base/text.hpp"
#include "cli/manual.hpp"
#include "cli/option_table.hpp"
#include "cli/output.hpp"
#include "process/command.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace vdeup::cli {
namespace {

/// A program to look at a manual with, and who chose it.
struct Viewer {
  std::vector<std::string> words;
  std::string chosen_by; ///< for a message
};

/// The viewer that a variable names; none if it names nothing.
std::optional<Viewer> viewer_of(const char* variable, std::string_view text) {
  const auto words = words_of(text, " \t\n");
  if (words.empty())
    return std::nullopt;
  return Viewer{{words.begin(), words.end()}, fmt::format("{} names it", variable)};
}

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::optional<Viewer> man_viewer() {
  if (auto viewer = viewer_of("CTYS_MANVIEWER", variable("CTYS_MANVIEWER")))
    return viewer;
  if (::isatty(STDOUT_FILENO) == 0 || !process::find_program("man"))
    return std::nullopt;
  return Viewer{{"man", "-l"}, "it is what shows man pages where CTYS_MANVIEWER is not set"};
}

std::optional<Viewer> html_viewer() {
  if (auto viewer = viewer_of("CTYS_HTMLVIEWER", variable("CTYS_HTMLVIEWER")))
    return viewer;
  const std::string_view browsers = variable("BROWSER"); // by custom a list with colons, the best first
  return viewer_of("BROWSER", browsers.substr(0, browsers.find(':')));
}

std::optional<Viewer> choose_viewer(ManualForm form) {
  switch (form) {
  case ManualForm::html:
    return html_viewer();
  case ManualForm::pdf:
    return viewer_of("CTYS_PDFVIEWER", variable("CTYS_PDFVIEWER"));
  case ManualForm::man:
    break;
  }
  return man_viewer();
}

std::vector<std::string> own_environment() {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry)
    environment.emplace_back(*entry);
  return environment;
}

/// Show a file in a viewer, which takes our place.
Error become_viewer(const Viewer& viewer, const std::string& file) {
  auto program = process::find_program(viewer.words.front());
  auto line = viewer.words;
  line.push_back(file);
  Error error =
      program ? process::exec_in_place(program.value(), line, own_environment()) : std::move(program).error();
  error.set_hints(fmt::format("{}; the manual is {}", viewer.chosen_by, file));
  return error;
}

Result<int> show(const HelpTopic& topic) {
  TRY(auto file, find_manual(topic.page, topic.form));
  if (const auto viewer = choose_viewer(topic.form))
    return fail(become_viewer(*viewer, file));
  fmt::print("{}\n", file);
  return 0;
}

void print_found(const Invocation& call, const ManualPage& page, ManualForm form, const std::string& file) {
  if (call.terse)
    print_row({page.title(), std::string{form_text(form)}, file});
  else
    fmt::print("{:<18} {:<5} {}\n", page.title(), form_text(form), file);
}

Result<int> list(const Invocation& call) {
  constexpr std::array forms{ManualForm::man, ManualForm::html, ManualForm::pdf};
  std::optional<Error> first_missing;
  bool has_found = false;
  for (const ManualPage& page : manual_pages())
    for (const ManualForm form : forms) {
      auto file = find_manual(page, form);
      if (!file) {
        if (!first_missing)
          first_missing = std::move(file).error();
        continue;
      }
      if (!has_found && !call.terse && !call.no_heading)
        fmt::print("{:<18} {:<5} {}\n", "page", "form", "file");
      has_found = true;
      print_found(call, page, form, file.value());
    }
  return has_found ? Result<int>{0} : fail(std::move(*first_missing));
}

std::string word_list(const std::vector<std::string_view>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

void print_help(std::string_view own_page) {
  const auto all = manual_pages();
  std::vector<std::string_view> pages;
  pages.reserve(all.size());
  for (const ManualPage& page : all)
    pages.push_back(page.name);
  fmt::print(
      "-H shows a manual. What stands behind it, in upper or lower case:\n"
      "  PAGE          {}\n"
      "  COMMAND       {}: where vdeup(1) describes it\n"
      "  MAN[=PAGE]    the page as a man page, which is also what PAGE alone means\n"
      "  HTML[=PAGE]   the page in HTML\n"
      "  PDF[=PAGE]    the page in PDF\n"
      "  LIST          which manuals there are, and where\n"
      "  HELP          this text\n"
      "Without PAGE it is {}.\n\n"
      "The viewer is what CTYS_MANVIEWER, CTYS_HTMLVIEWER (else BROWSER) or CTYS_PDFVIEWER names, and\n"
      "man(1) for man pages on a terminal. Where there is none, the path of the manual is printed.\n",
      word_list(pages), word_list(command_words(Dialect::vdeup)), own_page);
}

} // namespace

Result<int> help_command(const Invocation& call, std::string_view own_page) {
  TRY(auto topic, parse_help_topic(call.help_topic.value_or(""), own_page));
  switch (topic.kind) {
  case HelpTopic::Kind::list:
    return list(call);
  case HelpTopic::Kind::help:
    print_help(own_page);
    return 0;
  case HelpTopic::Kind::page:
    break;
  }
  return show(topic);
}

} // namespace vdeup::cli
