#include "cli/option_values.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace vdeup::cli {
namespace {

constexpr std::string_view k_separators = ", \t";

Error bad_value(std::string_view option, std::string_view word, std::string cause, std::string hint) {
  return Error{ErrorKind::usage, fmt::format("cannot use {} with '{}'", option, printable(word)),
               std::move(cause), std::move(hint)};
}

bool is_control(unsigned char byte) {
  return std::iscntrl(byte) != 0;
}

/// Take the next word of a list; one in parentheses can have separators in it.
Result<std::string_view> take_host(std::string_view& rest) {
  int depth = 0;
  std::size_t size = 0;
  for (; size < rest.size(); ++size) {
    const char here = rest[size];
    if (depth == 0 && k_separators.find(here) != std::string_view::npos)
      break;
    depth += here == '(' ? 1 : here == ')' ? -1 : 0;
    if (depth < 0)
      break;
  }
  const std::string_view word = rest.substr(0, size);
  if (depth != 0)
    return fail(
        bad_value("-r", rest, "its parentheses do not match", "an example: -r 'host1 host2(-Z SUDO)'"));
  rest.remove_prefix(size);
  return word;
}

Result<> check_host(std::string_view word) {
  const std::string_view name = word.substr(0, word.find('('));
  const std::size_t at = name.rfind('@');
  const std::string_view host = at == std::string_view::npos ? name : name.substr(at + 1);
  const bool is_for_all = name.empty() || name == "'" || name == "\"";
  if (std::any_of(word.begin(), word.end(), is_control))
    return fail(bad_value("-r", word, "it has a control character", {}));
  if (name.starts_with('-') || host.starts_with('-') || at == 0)
    return fail(bad_value("-r", word, "it is not the name of a host", "hosts are written as [USER@]HOST"));
  if (!is_for_all && host.empty())
    return fail(bad_value("-r", word, "it names no host", "hosts are written as [USER@]HOST"));
  return ok();
}

} // namespace

Result<ElevationOptions> parse_privilege(std::string_view text) {
  using Choice = ElevationOptions::Choice;
  ElevationOptions elevation;
  bool no_ksu = false;
  bool no_sudo = false;
  std::size_t words = 0;
  for (const std::string_view word : words_of(text, k_separators)) {
    const std::string name = upper_case(word);
    ++words;
    if (name == "KSU" || name == "ALL")
      elevation.ksu = Choice::yes;
    if (name == "SUDO" || name == "ALL")
      elevation.sudo = Choice::yes;
    no_ksu = no_ksu || name == "NOKSU";
    no_sudo = no_sudo || name == "NOSUDO";
    const std::vector<std::string_view> known{"KSU", "NOKSU", "SUDO", "NOSUDO", "ALL"};
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      const std::string_view meant = nearest(name, known);
      return fail(bad_value("-Z", word, "it is none of KSU, NOKSU, SUDO, NOSUDO, ALL",
                            meant.empty() ? "" : fmt::format("did you mean '{}'?", meant)));
    }
  }
  if (words == 0)
    return fail(bad_value("-Z", text, "it is empty", "an example: -Z SUDO"));
  elevation.ksu = no_ksu ? Choice::no : elevation.ksu;
  elevation.sudo = no_sudo ? Choice::no : elevation.sudo;
  return elevation;
}

Result<std::vector<std::string>> parse_hosts(std::string_view text) {
  std::vector<std::string> hosts;
  for (std::string_view rest = text; !rest.empty();) {
    if (k_separators.find(rest.front()) != std::string_view::npos) {
      rest.remove_prefix(1);
      continue;
    }
    TRY(auto word, take_host(rest));
    TRY(check_host(word));
    hosts.emplace_back(word);
  }
  if (hosts.empty())
    return fail(bad_value("-r", text, "it names no host", "hosts are written as [USER@]HOST"));
  return hosts;
}

Result<ReachTarget> parse_probe(std::string_view text) {
  if (auto address = IpAddress::parse(text))
    return ReachTarget{ReachTarget::How::neighbour, address.value()};
  const std::size_t colon = text.rfind(':');
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  const bool has_brackets = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (has_brackets)
    host = host.substr(1, host.size() - 2);
  const auto port = parse_number<std::uint16_t>(digits, {.min = 1});
  auto address = IpAddress::parse(host);
  const bool is_sound = port && address && address.value().is_ip6() == has_brackets;
  if (!is_sound)
    return fail(bad_value("--probe", text, "it is no address",
                          "examples: 192.0.2.1, 192.0.2.1:22, [2001:db8::1]:22"));
  return ReachTarget{ReachTarget::How::connect, address.value(), *port};
}

Result<std::chrono::seconds> parse_seconds(std::string_view option, std::string_view text) {
  constexpr unsigned most = 24 * 3600;
  const auto number = parse_number<unsigned>(text, {.min = 1, .max = most});
  if (!number)
    return fail(bad_value(option, text, fmt::format("it is not a number of seconds from 1 to {}", most), {}));
  return std::chrono::seconds{*number};
}

Result<unsigned> parse_queues(std::string_view text) {
  constexpr unsigned most = 256; // MAX_TAP_QUEUES in drivers/net/tun.c
  const auto number = parse_number<unsigned>(text, {.min = 1, .max = most});
  if (!number)
    return fail(bad_value("--queues", text, fmt::format("it is no number from 1 to {}", most), {}));
  return *number;
}

Result<> check_uplink(std::string_view word) {
  if (word == "auto" || parse_uplink(word))
    return ok();
  const std::string_view meant = nearest(word, {"auto", "bridge", "nat", "slirp", "none"});
  return fail(bad_value("--uplink", word, "it is none of auto, bridge, nat, slirp, none",
                        meant.empty() ? "" : fmt::format("did you mean '{}'?", meant)));
}

Result<std::vector<Forward>> parse_forwards(const std::vector<std::string>& texts) {
  std::vector<Forward> forwards;
  for (const std::string& text : texts) {
    TRY(auto forward, Forward::parse(text));
    const auto other = std::find_if(forwards.begin(), forwards.end(), [&forward](const Forward& earlier) {
      return earlier.has_host_port_of(forward);
    });
    if (other == forwards.end())
      forwards.push_back(forward);
    else if (*other != forward)
      return fail(bad_value("--forward", text,
                            fmt::format("{} takes the same port of this host", other->text()),
                            "give each another port of the host"));
  }
  return forwards;
}

Result<std::string> parse_remote_user(std::string_view text) {
  const auto is_odd = [](unsigned char byte) {
    return std::iscntrl(byte) != 0 || byte == ' ' || byte == '@' || byte == '/';
  };
  if (text.empty() || text.front() == '-' || std::any_of(text.begin(), text.end(), is_odd))
    return fail(bad_value("-l", text, "it is not the name of a user", {}));
  return std::string{text};
}

} // namespace vdeup::cli
