#include "model/names.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <net/if.h>
#include <sys/un.h>

#include <algorithm>
#include <optional>

namespace vdeup {
namespace {

constexpr std::size_t k_max_if_name = IFNAMSIZ - 1;
constexpr std::size_t k_max_socket = 100;
constexpr std::size_t k_max_directory = 92;
static_assert(k_max_directory + 15 < sizeof(sockaddr_un::sun_path));

bool is_graphic(char byte) {
  return byte > ' ' && byte <= '~';
}
bool is_printable(char byte) {
  return byte >= ' ' && byte <= '~';
}

/// One spelling for one path: no `//`, no `/./`, no slash at the end. Not for paths with `..`, which cannot
/// be told without looking.
std::optional<std::string> normalise(std::string_view path) {
  std::string normal;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view component = path.substr(0, path.find('/'));
    path.remove_prefix(component.size());
    if (component == "..")
      return std::nullopt;
    if (!component.empty() && component != ".")
      normal.append("/").append(component);
  }
  return normal.empty() ? std::nullopt : std::optional{normal};
}

Error bad_name(std::string_view text, std::string cause) {
  return Error{ErrorKind::usage,
               fmt::format("'{}' is not the name of a network interface", printable(text)),
               std::move(cause),
               {}};
}

} // namespace

Result<IfName> IfName::parse(std::string_view text) {
  if (text.empty())
    return fail(bad_name(text, "it is empty"));
  if (text.size() > k_max_if_name)
    return fail(bad_name(text, fmt::format("it has {} bytes, {} are allowed", text.size(), k_max_if_name)));
  if (text.front() == '-')
    return fail(bad_name(text, "it begins with '-': is a value missing?"));
  if (text == "." || text == "..")
    return fail(bad_name(text, "the kernel reserves it"));
  const auto is_allowed = [](char byte) {
    return is_graphic(byte) && byte != '/' && byte != ':' && byte != '%';
  };
  if (!std::all_of(text.begin(), text.end(), is_allowed))
    return fail(bad_name(text, "blanks, '/', ':', '%' and control characters are not allowed"));
  return IfName{std::string{text}};
}

Result<MacAddress> MacAddress::parse(std::string_view text) {
  const auto bad = [text] {
    return fail(Error{ErrorKind::usage, fmt::format("'{}' is not an Ethernet address", printable(text)),
                      "six pairs of hexadecimal digits are needed", "an example: 52:54:00:12:34:56"});
  };
  Bytes bytes{};
  const auto pairs = split(text, ':');
  if (pairs.size() != bytes.size())
    return bad();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = parse_number<std::uint8_t>(pairs[i], {.base = 16});
    if (!byte || pairs[i].size() > 2)
      return bad();
    bytes.at(i) = *byte;
  }
  return MacAddress{bytes};
}

std::string MacAddress::str() const {
  return fmt::format("{:02x}", fmt::join(m_bytes, ":"));
}

Result<SocketPath> SocketPath::directory(std::string_view path) {
  return parse(path, k_max_directory);
}
Result<SocketPath> SocketPath::socket(std::string_view path) {
  return parse(path, k_max_socket);
}

Result<SocketPath> SocketPath::parse(std::string_view path, std::size_t longest) {
  const auto bad = [path](std::string cause, std::string hint = {}) {
    return fail(Error{ErrorKind::usage, fmt::format("cannot use '{}' as a socket path", printable(path)),
                      std::move(cause), std::move(hint)});
  };
  if (path.size() < 2 || path.front() != '/')
    return bad("it is not an absolute path");
  if (!std::all_of(path.begin(), path.end(), is_printable))
    return bad("it has control characters or bytes that are not ASCII");
  const auto normal = normalise(path);
  if (!normal)
    return bad("it goes through '..', or names no file");
  if (normal->size() > longest)
    return bad(fmt::format("it has {} bytes, UNIX sockets leave room for {}", normal->size(), longest),
               "choose a shorter directory with CTYS_SOCKBASE, or shorter paths with -s and -S");
  return SocketPath{*normal};
}

std::string SocketPath::parent() const {
  const std::size_t slash = m_path.rfind('/');
  return slash == 0 ? "/" : m_path.substr(0, slash);
}

} // namespace vdeup
