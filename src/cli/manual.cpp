#include "cli/manual.hpp"

#include "base/text.hpp"
#include "cli/option_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <iterator>
#include <optional>

namespace vdeup::cli {
namespace {

namespace fs = std::filesystem;

// The test `docs_words` holds this list to the files in man/.
constexpr std::array k_pages{
    ManualPage{"vdeup", '1', "vdeup.1"},
    ManualPage{"ctys-setupVDE", '1', "ctys-setupVDE.1"},
    ManualPage{"vdeq", '1', "vdeq.1"},
    ManualPage{"vdeqemu", '1', "vdeq.1"},
    ManualPage{"vdekvm", '1', "vdeq.1"},
    ManualPage{"vdeup.conf", '5', "vdeup.conf.5"},
    ManualPage{"vdeup-profile", '5', "vdeup-profile.5"},
    ManualPage{"vdeup-policy", '5', "vdeup-policy.5"},
    ManualPage{"vdeup-helper", '8', "vdeup-helper.8"},
};

constexpr std::string_view k_list = "LIST";
constexpr std::string_view k_help = "HELP";

struct Form {
  std::string_view word;
  ManualForm form;
};
constexpr std::array k_forms{
    Form{"MAN", ManualForm::man},
    Form{"HTML", ManualForm::html},
    Form{"PDF", ManualForm::pdf},
};

std::string lower(std::string_view text) {
  std::string word{text};
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::tolower(c); });
  return word;
}

bool is_same(std::string_view a, std::string_view b) {
  return lower(a) == lower(b);
}

std::optional<ManualPage> page_called(std::string_view text) {
  for (const ManualPage& page : k_pages)
    if (is_same(text, page.name) || is_same(text, page.title()) ||
        is_same(text, fmt::format("{}.{}", page.name, page.section)))
      return page;
  if (find_command(Dialect::vdeup, std::string{text}))
    return k_pages.front(); // it has a section for each command
  return std::nullopt;
}

/// All words that could have been meant.
std::vector<std::string> known_words(bool only_pages) {
  const auto commands = command_words(Dialect::vdeup);
  std::vector<std::string> words{commands.begin(), commands.end()};
  for (const ManualPage& page : k_pages) {
    words.emplace_back(page.name);
    words.push_back(page.title());
  }
  if (only_pages)
    return words;
  words.emplace_back(k_list);
  words.emplace_back(k_help);
  for (const Form& form : k_forms)
    words.emplace_back(form.word);
  return words;
}

std::string meant_by(std::string_view text, bool only_pages) {
  const auto words = known_words(only_pages);
  std::vector<std::string> lowered;
  std::transform(words.begin(), words.end(), std::back_inserter(lowered), lower);
  const std::string_view meant = nearest(lower(text), {lowered.begin(), lowered.end()});
  for (const std::string& word : words)
    if (!meant.empty() && is_same(word, meant))
      return word;
  return {};
}

Error no_such_topic(std::string_view text, bool only_pages) {
  const std::string meant = meant_by(text, only_pages);
  return Error{ErrorKind::usage,
               fmt::format("there is no manual '{}'", printable(text)),
               {},
               meant.empty() ? "`-H HELP` says what -H takes, `-H LIST` which manuals there are"
                             : fmt::format("did you mean '{}'?", meant)};
}

/// The directory of this program, whatever the name or link that it was called by.
Result<fs::path> own_directory() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error)
    return fail(errno_error(error.value(), "cannot read /proc/self/exe", "mount /proc"));
  return program.parent_path();
}

/// Where a page is if it is there, relative to the directory of the program.
fs::path place_of(const ManualPage& page, ManualForm form) {
  if (form == ManualForm::man)
    return fs::path{VDEUP_MAN_FROM_BIN} / fmt::format("man{}", page.section) / page.file;
  const std::string_view kind = form_text(form);
  return fs::path{VDEUP_DOC_FROM_BIN} / kind / fmt::format("{}.{}", page.file, kind);
}

} // namespace

std::string_view form_text(ManualForm form) {
  switch (form) {
  case ManualForm::html:
    return "html";
  case ManualForm::pdf:
    return "pdf";
  case ManualForm::man:
    break;
  }
  return "man";
}

std::string ManualPage::title() const {
  return fmt::format("{}({})", name, section);
}

std::vector<ManualPage> manual_pages() {
  return {k_pages.begin(), k_pages.end()};
}

Result<HelpTopic> parse_help_topic(std::string_view text, std::string_view own_page) {
  if (is_same(text, k_list))
    return HelpTopic{.kind = HelpTopic::Kind::list};
  if (is_same(text, k_help))
    return HelpTopic{.kind = HelpTopic::Kind::help};
  HelpTopic topic;
  const std::string_view word = text.substr(0, text.find('='));
  const auto* const form = std::find_if(k_forms.begin(), k_forms.end(),
                                        [word](const Form& known) { return is_same(known.word, word); });
  const bool has_form = form != k_forms.end();
  std::string_view name = text;
  if (has_form) {
    topic.form = form->form;
    name.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  const auto page = page_called(name.empty() ? own_page : name);
  if (!page)
    return fail(no_such_topic(name, has_form));
  topic.page = *page;
  return topic;
}

Result<std::string> find_manual(const ManualPage& page, ManualForm form) {
  TRY(auto directory, own_directory());
  const fs::path path = (directory / place_of(page, form)).lexically_normal();
  std::error_code unknown; // what cannot be looked at is not there for us
  if (fs::is_regular_file(path, unknown))
    return path.string();
  const fs::path packed = path.string() + ".gz"; // as distributions install man pages
  if (form == ManualForm::man && fs::is_regular_file(packed, unknown))
    return packed.string();
  return fail(
      Error{ErrorKind::missing, fmt::format("cannot show {} as {}", page.title(), form_text(form)),
            fmt::format("there is no {}", printable(path.string())),
            form == ManualForm::man
                ? "install vdeup with its manuals: `cmake --install`"
                : "install mandoc and build vdeup again; `-H LIST` lists the manuals that are there"});
}

} // namespace vdeup::cli
