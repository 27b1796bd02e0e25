#include "vde/reports.hpp"

#include "base/number.hpp"
#include "base/text.hpp"
#include "model/vm_identity.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace vdeup::vde {
namespace {

/// The number that begins at the first non-blank after `key`.
template <class Number>
std::optional<Number> number_after(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos)
    return std::nullopt;
  std::string_view rest = trimmed(line.substr(at + key.size()));
  return take_number<Number>(rest);
}

std::optional<MacAddress> mac_after(std::string_view line, std::string_view key) {
  constexpr std::size_t mac_size = 17;
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos)
    return std::nullopt;
  const auto mac = MacAddress::parse(line.substr(at + key.size(), mac_size));
  return mac ? std::optional{mac.value()} : std::nullopt;
}

/// ` -- endpoint ID 0003 module unix prog   : QEMU user=root pid=8822`
std::optional<Endpoint> parse_endpoint(std::string_view line) {
  constexpr std::string_view key = "-- endpoint ID ";
  constexpr std::string_view module_key = " module ";
  line = trimmed(line);
  if (!line.starts_with(key))
    return std::nullopt;
  const std::size_t module_at = line.find(module_key);
  // The name of a module has blanks in it, but no colon; the description can have both, and can be empty.
  const std::size_t colon = module_at == std::string_view::npos ? module_at : line.find(':', module_at);
  if (colon == std::string_view::npos)
    return std::nullopt;
  const std::string_view module =
      trimmed(line.substr(module_at + module_key.size(), colon - module_at - module_key.size()));
  Endpoint endpoint{.kind = Endpoint::Kind::other,
                    .description = std::string{trimmed(line.substr(colon + 1))}};
  if (module == "tuntap")
    endpoint.kind = Endpoint::Kind::tap;
  else if (module == "unix prog")
    endpoint.kind = Endpoint::Kind::client;
  return endpoint;
}

/// A client's text can hold line ends, and libvdeplug ends it with ` user=NAME pid=N`: until that has come,
/// lines are parts of the text, whatever they look like.
bool is_unfinished(const Endpoint& endpoint) {
  return endpoint.kind == Endpoint::Kind::client && !read_client_text(endpoint.description).pid;
}

/// A client can write that end itself. A TAP is attached before any client, so one that comes after a client
/// is the client's invention.
bool follows_a_client(const SwitchPort& port, const Endpoint& endpoint) {
  return endpoint.kind == Endpoint::Kind::tap &&
         std::any_of(port.endpoints.begin(), port.endpoints.end(),
                     [](const Endpoint& other) { return other.kind == Endpoint::Kind::client; });
}

void add_line(const std::string& line, SwitchPort& port) {
  if (!port.endpoints.empty() && is_unfinished(port.endpoints.back()))
    port.endpoints.back().description += "\n" + line;
  else if (auto endpoint = parse_endpoint(line); endpoint && !follows_a_client(port, *endpoint))
    port.endpoints.push_back(std::move(*endpoint));
}

void parse_counters(std::string_view line, SwitchPort& port) {
  line = trimmed(line);
  const auto packets = number_after<std::uint64_t>(line, "pkts");
  const auto bytes = number_after<std::uint64_t>(line, "bytes");
  if (!packets || !bytes)
    return;
  if (line.starts_with("IN:")) {
    port.packets_in = *packets;
    port.bytes_in = *bytes;
  } else if (line.starts_with("OUT:")) {
    port.packets_out = *packets;
    port.bytes_out = *bytes;
  }
}

/// A line below `Port ...`, before the endpoints; the counters are there if the switch was built with them.
struct HeadingLine {
  std::string_view key;
  std::size_t least_size;
};
// Together longer than what a client can call itself (128 bytes), so that none invents a port.
constexpr std::array k_heading{HeadingLine{"Current User:", 40}, HeadingLine{"IN:", 50},
                               HeadingLine{"OUT:", 50}};

/// How many lines of a heading there are below a line.
std::size_t heading_below(const std::vector<std::string>& lines, std::size_t at) {
  std::size_t count = 0;
  while (count < k_heading.size() && at + 1 + count < lines.size()) {
    const std::string& line = lines[at + 1 + count];
    if (line.size() < k_heading[count].least_size || !trimmed(line).starts_with(k_heading[count].key))
      break;
    ++count;
  }
  return count;
}

std::optional<SwitchPort> parse_port(const std::vector<std::string>& lines, std::size_t at) {
  const auto number = number_after<unsigned>(lines[at], "Port ");
  if (!lines[at].starts_with("Port ") || !number)
    return std::nullopt;
  SwitchPort port{.number = *number,
                  .vlan = number_after<unsigned>(lines[at], "untagged_vlan=").value_or(0),
                  .endpoints = {}};
  for (std::size_t below = heading_below(lines, at); below > 0; --below)
    parse_counters(lines[at + below], port);
  return port;
}

} // namespace

ProcessReport parse_process(const std::vector<std::string>& showinfo) {
  for (const std::string& line : showinfo)
    if (line.starts_with("pid "))
      return {number_after<pid_t>(line, "pid "), mac_after(line, "MAC "),
              number_after<std::uint64_t>(line, "uptime ")};
  return {};
}

std::optional<std::string> parse_ctl_dir(const std::vector<std::string>& ds_showinfo) {
  constexpr std::string_view key = "ctl dir ";
  for (const std::string& line : ds_showinfo)
    if (line.starts_with(key))
      return std::string{trimmed(std::string_view{line}.substr(key.size()))};
  return std::nullopt;
}

std::optional<unsigned> parse_port_limit(const std::vector<std::string>& port_showinfo) {
  for (const std::string& line : port_showinfo)
    if (const auto limit = number_after<unsigned>(line, "Numports="))
      return limit;
  return std::nullopt;
}

std::vector<SwitchPort> parse_ports(const std::vector<std::string>& port_print) {
  std::vector<SwitchPort> ports;
  std::size_t heading = 0; // of the first port, which stands before any client's text
  for (std::size_t at = 0; at < port_print.size(); ++at) {
    auto port = parse_port(port_print, at);
    const std::size_t below = port ? heading_below(port_print, at) : 0;
    if (ports.empty())
      heading = below;
    if (port && below >= heading) {
      ports.push_back(std::move(*port));
      at += below;
    } else if (!ports.empty()) {
      add_line(port_print[at], ports.back());
    }
  }
  return ports;
}

std::vector<LearntAddress> parse_learnt(const std::vector<std::string>& hash_print) {
  std::vector<LearntAddress> learnt;
  for (const std::string& line : hash_print) {
    const auto mac = mac_after(line, "Addr: ");
    const auto vlan = number_after<unsigned>(line, "VLAN ");
    const auto port = number_after<unsigned>(line, "to port: ");
    if (mac && vlan && port)
      learnt.push_back({*mac, *vlan, *port});
  }
  return learnt;
}

} // namespace vdeup::vde
