#include "model/nic_move.hpp"
#include "model/text_fields.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

// One line a value: its kind, then its fields in a fixed order, separated by one blank. `-` is a value that
// is not there; bytes are hexadecimal, and texts are, too, so that nothing in them can look like a field. The
// next hops of a route stand in the lines after it. Numbers are decimal and have no sign. nic_text_reader.cpp
// reads it.

namespace vdeup {
namespace {

std::string raw_hex(const std::vector<std::uint8_t>& bytes) {
  return fmt::format("x{:02x}", fmt::join(bytes, ""));
}

template <class T>
std::string or_none(const std::optional<T>& value) {
  return value ? value->str() : "-";
}

std::string raw_text(const std::vector<RawAttribute>& attributes) {
  std::string text = fmt::format("{}", attributes.size());
  for (const RawAttribute& attribute : attributes)
    text += fmt::format(" {} {}", attribute.type, raw_hex(attribute.bytes));
  return text;
}

std::string text_of(const InterfaceAddress& a) {
  return fmt::format("address {} {} {} {} {} {} {} {} {} {}\n", a.local.str(), or_none(a.peer),
                     or_none(a.broadcast), text_field(a.label), a.scope, a.flags, a.valid, a.preferred,
                     a.route_metric, a.protocol);
}

std::string text_of(const Route& r) {
  std::string text =
      fmt::format("route {} {} {} {} {} {} {} {} {} {} {} {} {} {}\n", r.table, r.destination.str(),
                  or_none(r.source), r.tos, r.protocol, r.scope, r.type, r.metric,
                  or_none(r.preferred_source), r.expires, r.next_hop ? fmt::format("{}", *r.next_hop) : "-",
                  static_cast<int>(r.place), r.next_hops.size(), raw_text(r.others));
  for (const NextHop& hop : r.next_hops)
    text += fmt::format("hop {} {} {} {} {}\n", hop.interface, or_none(hop.gateway), hop.weight,
                        static_cast<int>(hop.on_link), raw_text(hop.others));
  return text;
}

std::string text_of(const RoutingRule& r) {
  return fmt::format("rule {} {} {} {} {} {} {} {} {} {} {}\n", static_cast<int>(r.is_ip6),
                     r.destination_length, r.source_length, r.tos, r.table, r.action, r.flags, r.priority,
                     static_cast<int>(r.names_input), static_cast<int>(r.names_output), raw_text(r.others));
}

std::string text_of(const Neighbour& n) {
  return fmt::format("neighbour {} {} {} {} {} {}\n", n.address.str(), or_none(n.mac),
                     static_cast<int>(n.state), n.flags, n.protocol, static_cast<int>(n.is_proxy));
}

std::string text_of(const Setting& s) {
  return fmt::format("setting {} {} {}\n", static_cast<int>(s.group), s.key, text_field(s.value));
}

} // namespace

std::string text_field(std::string_view text) {
  std::string digits = "x";
  for (const char byte : text)
    digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return digits;
}

std::string describe(const NicMove& move) {
  return fmt::format("the move of {} {} {}", move.nic.str(),
                     move.direction == NicMove::Direction::in ? "into" : "out of", move.bridge.str());
}

std::string to_text(const NicMove& move) {
  const NicSnapshot& source = move.source;
  std::string text = fmt::format("{}\nmove {} {} {}\n", k_nic_move_version, static_cast<int>(move.direction),
                                 move.nic.str(), move.bridge.str());
  text += fmt::format("link {} {} {} {} {} {} {} {} {}\n", source.name.str(), source.index,
                      text_field(source.kind), source.mac.str(), source.mtu, static_cast<int>(source.is_up),
                      or_none(source.master), text_field(source.qdisc), source.taken_at);
  for (const IfName& part : move.keep_up)
    text += "keep-up " + part.str() + "\n";
  for (const IfName& port : source.ports)
    text += "port " + port.str() + "\n";
  const auto add_all = [&text](const auto& values) {
    for (const auto& value : values)
      text += text_of(value);
  };
  add_all(source.addresses);
  add_all(source.routes);
  add_all(source.rules);
  add_all(source.neighbours);
  add_all(source.settings);
  return text + "end\n";
}

} // namespace vdeup
