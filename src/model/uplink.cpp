#include "model/uplink.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vdeup {
namespace {

constexpr std::string_view k_loopback = "127.0.0.1";

struct KindWord {
  UplinkKind kind;
  std::string_view word;
};
constexpr std::array k_words{KindWord{UplinkKind::bridge, "bridge"}, KindWord{UplinkKind::nat, "nat"},
                             KindWord{UplinkKind::slirp, "slirp"}, KindWord{UplinkKind::none, "none"}};

Error bad_forward(std::string_view text, std::string cause) {
  return Error{ErrorKind::usage, fmt::format("cannot forward '{}'", printable(text)), std::move(cause),
               "an example: --forward tcp:8080:80 for port 80 of the first VM, or in full "
               "tcp:127.0.0.1:8080:10.0.2.15:80"};
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  return parse_number<std::uint16_t>(text, {.min = 1});
}

std::optional<IpAddress> parse_ip4(std::string_view text) {
  auto address = IpAddress::parse(text);
  return address && !address.value().is_ip6() ? std::optional{address.value()} : std::nullopt;
}

/// True if a VM behind slirp can have this address: 10.0.2.1 to .254, without slirp's own two.
bool is_guest(const IpAddress& address) {
  const auto bytes = address.bytes4();
  const unsigned host = bytes[3];
  return bytes[0] == 10 && bytes[1] == 0 && bytes[2] == 2 && host != 0 && host != 2 && host != 3 &&
         host != 255;
}

/// Put in what may be left out, so that there are HOSTADDR, HOSTPORT, GUESTADDR and GUESTPORT.
bool complete(std::vector<std::string_view>& words) {
  const bool names_host = words.size() == 4 || (words.size() == 3 && parse_ip4(words[0]));
  if (!names_host)
    words.insert(words.begin(), k_loopback);
  if (words.size() == 3)
    words.insert(words.begin() + 2, slirp::k_first_guest);
  return words.size() == 4;
}

bool contains(const std::vector<Forward>& forwards, const Forward& forward) {
  return std::find(forwards.begin(), forwards.end(), forward) != forwards.end();
}

} // namespace

std::string_view word_for(UplinkKind kind) {
  for (const KindWord& known : k_words)
    if (known.kind == kind)
      return known.word;
  return "unknown";
}

std::optional<UplinkKind> parse_uplink(std::string_view word) {
  for (const KindWord& known : k_words)
    if (known.word == word)
      return known.kind;
  return std::nullopt;
}

Result<Forward> Forward::parse(std::string_view text) {
  std::vector<std::string_view> words = split(text, ':');
  const bool is_udp = words.front() == "udp";
  if (!is_udp && words.front() != "tcp")
    return fail(bad_forward(text, "it begins with neither tcp: nor udp:"));
  words.erase(words.begin());
  if (words.size() < 2 || words.size() > 4 || !complete(words))
    return fail(bad_forward(text, "it is not PROTOCOL:[HOSTADDR:]HOSTPORT:[GUESTADDR:]GUESTPORT"));
  const auto host_address = parse_ip4(words[0]);
  const auto guest_address = parse_ip4(words[2]);
  if (!host_address || !guest_address)
    return fail(bad_forward(text, fmt::format("'{}' is no IPv4 address", // slirp forwards no other
                                              printable(words[host_address ? 2 : 0]))));
  const auto host_port = parse_port(words[1]);
  const auto guest_port = parse_port(words[3]);
  if (!host_port || !guest_port)
    return fail(bad_forward(
        text, fmt::format("'{}' is no port from 1 to 65535", printable(words[host_port ? 3 : 1]))));
  if (!is_guest(*guest_address))
    return fail(bad_forward(
        text, fmt::format("no VM has the address {} in {}", guest_address->str(), slirp::k_network)));
  return Forward{is_udp ? Protocol::udp : Protocol::tcp, *host_address, *host_port, *guest_address,
                 *guest_port};
}

std::string Forward::text() const {
  return fmt::format("{}:{}:{}:{}:{}", protocol == Protocol::tcp ? "tcp" : "udp", host_address.str(),
                     host_port, guest_address.str(), guest_port);
}

bool Forward::has_host_port_of(const Forward& other) const {
  const IpAddress any{IpAddress::Bytes4{}};
  const bool overlap = host_address == other.host_address || host_address == any || other.host_address == any;
  return protocol == other.protocol && host_port == other.host_port && overlap;
}

std::vector<Forward> missing_forwards(const std::vector<Forward>& there, const std::vector<Forward>& wanted) {
  std::vector<Forward> missing;
  for (const Forward& forward : wanted)
    if (!contains(there, forward) && !contains(missing, forward))
      missing.push_back(forward);
  return missing;
}

std::vector<Forward> join_forwards(const std::vector<Forward>& there, const std::vector<Forward>& wanted) {
  std::vector<Forward> joined;
  for (const Forward& forward : there) {
    const bool gives_way = std::any_of(wanted.begin(), wanted.end(), [&forward](const Forward& other) {
      return other.has_host_port_of(forward) && other != forward;
    });
    if (!gives_way)
      joined.push_back(forward);
  }
  for (const Forward& forward : missing_forwards(joined, wanted))
    joined.push_back(forward);
  return joined;
}

} // namespace vdeup
