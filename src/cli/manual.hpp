#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vdeup::cli {

/// The forms in which a manual comes.
enum class ManualForm { man, html, pdf };

/// Give the form's word: man, html, pdf.
[[nodiscard]] std::string_view form_text(ManualForm form);

/// A manual page under one of its names. Several programs can share a page.
struct ManualPage {
  std::string_view name; ///< as a reader calls it: vdeqemu
  char section = '1';
  std::string_view file; ///< its source in man/: vdeq.1
  [[nodiscard]] std::string title() const;
};

/// All pages, under all their names.
[[nodiscard]] std::vector<ManualPage> manual_pages();

/// What `-H` was given, read.
struct HelpTopic {
  enum class Kind {
    page, ///< show `page` in `form`
    list, ///< say which manuals there are
    help, ///< say what -H takes
  };
  Kind kind = Kind::page;
  ManualPage page{};
  ManualForm form = ManualForm::man;
};

/// Read the value of `-H`: a page (vdeup, vdeup(1), vdeup.1), a command word, LIST, HELP, or MAN, HTML or PDF
/// with `=PAGE` behind it or without, all in any letter case. Where no page is named it is `own_page`.
/// Errors: usage, with the nearest word.
[[nodiscard]] Result<HelpTopic> parse_help_topic(std::string_view text, std::string_view own_page);

/// Find the file of a page: beside this program, in the build tree as where it is installed.
/// Errors: missing, if this form was not built or not installed.
[[nodiscard]] Result<std::string> find_manual(const ManualPage& page, ManualForm form);

} // namespace vdeup::cli
