#include "page/golden.hpp"

#include "support/spawn.hpp"

#include <boost/json/serialize.hpp>

#include <unistd.h>

#include <array>
#include <regex>
#include <utility>

namespace json = boost::json;

namespace page {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  (void)::gethostname(name.data(), name.size() - 1);
  return name.data();
}

/// What can stand in any text.
std::string steady_text(std::string text) {
  static const std::array<std::pair<std::regex, const char*>, 5> volatile_parts{{
      {std::regex{"([0-9a-f]{2}:){5}[0-9a-f]{2}"}, "MAC"},
      {std::regex{"\\bpid=[0-9]+"}, "pid=PID"},
      {std::regex{"\\b(fd|local\\.str)=[0-9]+"}, "$1=FD"},
      {std::regex{"/([0-9]{3})\\.[0-9]+$"}, "/$1.FD"}, // the socket of a port
      {std::regex{"/([0-9]{3})\\.[0-9]+\\|"}, "/$1.FD|"},
  }};
  for (const auto& [part, word] : volatile_parts)
    text = std::regex_replace(text, part, word);
  const std::string bin = lab::bin_directory() + "/";
  for (std::size_t at = 0; (at = text.find(bin, at)) != std::string::npos;)
    text.replace(at, bin.size(), "BIN/");
  return text;
}

bool is_counter(std::string_view key) {
  return key.starts_with("packets_") || key.starts_with("bytes_");
}

json::value steady_member(std::string_view key, json::value value) {
  if (is_counter(key))
    return "N";
  if (key == "pid" && value.is_number() && value != 0)
    return "PID";
  if (key == "uptime")
    return "SECONDS";
  if (key == "host")
    return "HOST";
  if (key == "learnt")
    return "LEARNT";
  return steady_json(std::move(value));
}

} // namespace

std::string steady_rows(const std::string& rows) {
  static const std::regex pid_row{"(^|\n)pid\\|[0-9]+"};
  static const std::regex vm_row{"(^|\n)([0-9]+\\|[^|\n]*)\\|[0-9]+(\\|[^|\n]*\\|[0-9]+)(\\|[0-9]+){4}\\|"};
  static const std::regex lane_row{"(^|\n)(-\\|[^|\n]*)\\|[0-9]+(\\|[^|\n]*\\|)(\\|[0-9]+){4}\\|"};
  static const std::regex tap_row{"(^|\n)([0-9]+\\|[^|\n]*\\|\\|\\|[0-9]+)(\\|[0-9]+){4}\\|[^\n]*"};
  std::string text = std::regex_replace(rows, pid_row, "$1pid|PID");
  text = std::regex_replace(text, vm_row, "$1$2|PID$3|N|N|N|N|");
  text = std::regex_replace(text, lane_row, "$1$2|PID$3|N|N|N|N|");
  text = std::regex_replace(text, tap_row, "$1$2|N|N|N|N|LEARNT");
  const std::regex host{"\\|" + host_name() + "(\\||\n|$)"};
  return steady_text(std::regex_replace(text, host, "|HOST$1"));
}

json::value steady_json(json::value answer) {
  if (answer.is_object())
    for (auto& member : answer.as_object())
      member.value() = steady_member(member.key(), std::move(member.value()));
  else if (answer.is_array())
    for (json::value& element : answer.as_array())
      element = steady_json(std::move(element));
  else if (answer.is_string())
    answer = steady_text(std::string{answer.as_string()});
  return answer;
}

std::string pretty(const json::value& value, const std::string& indent) {
  const std::string deeper = indent + "  ";
  std::string text;
  const auto add = [&](const std::string& item) { text += (text.empty() ? "\n" : ",\n") + deeper + item; };
  if (value.is_object() && !value.as_object().empty()) {
    for (const auto& member : value.as_object())
      add(json::serialize(json::string{member.key()}) + ": " + pretty(member.value(), deeper));
    return "{" + text + "\n" + indent + "}";
  }
  if (value.is_array() && !value.as_array().empty()) {
    for (const json::value& element : value.as_array())
      add(pretty(element, deeper));
    return "[" + text + "\n" + indent + "]";
  }
  return json::serialize(value);
}

} // namespace page
