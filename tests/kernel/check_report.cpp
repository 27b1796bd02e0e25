#include "check_report.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <sstream>

namespace lab {
namespace {

std::string search_path() {
  return "PATH=" + bin_directory() + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

} // namespace

CheckReport::CheckReport(Finished done) : m_done(std::move(done)) {
  const std::string fault = "fault: ";
  const std::string note = "note: ";
  const std::string hint = "  hint: ";
  std::istringstream lines{m_done.out};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(fault))
      m_findings.push_back({true, line.substr(fault.size()), {}});
    else if (line.starts_with(note))
      m_findings.push_back({false, line.substr(note.size()), {}});
    else if (line.starts_with(hint) && !m_findings.empty())
      m_findings.back().hint = line.substr(hint.size());
  }
}

const CheckReport::Finding* CheckReport::find(const std::string& text) const {
  const auto found = std::find_if(m_findings.begin(), m_findings.end(), [&text](const Finding& finding) {
    return finding.what.find(text) != std::string::npos;
  });
  return found == m_findings.end() ? nullptr : &*found;
}

bool CheckReport::says(const std::string& text) const {
  return m_done.out.find(text) != std::string::npos;
}

CheckReport check(std::vector<std::string> more, const SpawnOptions& options) {
  more.insert(more.begin(), "check");
  return CheckReport{run_vdeup(std::move(more), options)};
}

std::string command_in(const std::string& hint) {
  const std::size_t begin = hint.find('`');
  const std::size_t end = hint.find('`', begin == std::string::npos ? begin : begin + 1);
  return end == std::string::npos ? hint : hint.substr(begin + 1, end - begin - 1);
}

Finished follow(const std::string& hint) {
  return run({"sh", "-c", command_in(hint)}, {.environment = {search_path()}});
}

void sh(const std::string& line) {
  const auto done = run({"sh", "-c", line}, {.environment = {search_path()}});
  INFO(line << "\n" << done.out << done.err);
  REQUIRE(done.status == 0);
}

void require_named_and_mended(const Trouble& trouble) {
  CAPTURE(trouble.name);
  trouble.make();
  const auto seen = check(trouble.more);
  INFO("found:\n" << seen.done().out << seen.done().err);
  const auto* finding = seen.find(trouble.named);
  REQUIRE(finding != nullptr);
  CHECK(finding->is_fault == trouble.is_fault);
  CHECK(seen.status() == (trouble.is_fault ? 1 : 0));
  CHECK(seen.done().err.empty());

  const auto mended = follow(finding->hint);
  INFO("the hint says:\n" << mended.out << mended.err);
  const auto after = check(trouble.more);
  INFO("afterwards:\n" << after.done().out << after.done().err);
  CHECK(after.find(trouble.named) == nullptr);
  CHECK(after.status() == trouble.status_afterwards);
}

} // namespace lab
