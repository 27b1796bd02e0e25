#include "base/text.hpp"
#include "model/nic_move.hpp"
#include "model/text_fields.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup {
namespace {

constexpr std::string_view k_last_line = "end";
constexpr std::size_t k_max_bytes = 16U << 20U; // of the whole text: far above what a host can have
constexpr std::size_t k_label_size = 16;        // with its terminating zero
constexpr std::size_t k_max_value = 255;
constexpr std::uint8_t k_last_place = static_cast<std::uint8_t>(Route::Place::behind);
constexpr std::uint8_t k_last_state = static_cast<std::uint8_t>(Neighbour::State::stale);
constexpr std::uint8_t k_last_group = static_cast<std::uint8_t>(Setting::Group::ip6_neighbours);

std::optional<InterfaceAddress> read_address(TextFields& fields) {
  auto local = fields.prefix();
  if (!local)
    return std::nullopt;
  InterfaceAddress address{.local = *local};
  address.peer = fields.value_or_none<IpAddress>();
  address.broadcast = fields.value_or_none<IpAddress>();
  address.label = fields.text();
  address.scope = fields.number<std::uint8_t>();
  address.flags = fields.number<std::uint32_t>();
  address.valid = fields.number<std::uint32_t>();
  address.preferred = fields.number<std::uint32_t>();
  address.route_metric = fields.number<std::uint32_t>();
  address.protocol = fields.number<std::uint8_t>();
  const auto fits = [&](const std::optional<IpAddress>& other) {
    return !other || other->is_ip6() == local->address.is_ip6();
  };
  const bool is_label = address.label.size() < k_label_size && address.label.find('\0') == std::string::npos;
  if (!fits(address.peer) || !fits(address.broadcast) || !is_label)
    return std::nullopt;
  return address;
}

std::optional<NextHop> read_hop(std::string_view line) {
  TextFields fields{line};
  const bool is_hop = fields.word() == "hop";
  NextHop hop{.interface = fields.number<std::uint32_t>(std::numeric_limits<std::int32_t>::max()),
              .gateway = fields.value_or_none<IpAddress>(),
              .weight = fields.number<std::uint8_t>(),
              .on_link = fields.flag(),
              .others = fields.raw()};
  return is_hop && fields.is_complete() ? std::optional{std::move(hop)} : std::nullopt;
}

/// The line of a route, without its next hops, but with room for them.
std::optional<Route> read_route(TextFields& fields) {
  const auto table = fields.number<std::uint32_t>();
  auto destination = fields.prefix();
  if (!destination)
    return std::nullopt;
  Route route{.table = table, .destination = *destination};
  route.source = fields.prefix_or_none();
  route.tos = fields.number<std::uint8_t>();
  route.protocol = fields.number<std::uint8_t>();
  route.scope = fields.number<std::uint8_t>();
  route.type = fields.number<std::uint8_t>();
  route.metric = fields.number<std::uint32_t>();
  route.preferred_source = fields.value_or_none<IpAddress>();
  route.expires = fields.number<std::uint32_t>();
  route.next_hop = fields.number_or_none();
  route.place = static_cast<Route::Place>(fields.number<std::uint8_t>(k_last_place));
  const auto hops = fields.number<std::size_t>(k_max_elements);
  route.others = fields.raw();
  const bool fits = (!route.source || route.source->address.is_ip6()) &&
                    (!route.preferred_source || route.preferred_source->is_ip6() == route.is_ip6());
  if (!fits || hops == 0 || !fields.is_complete())
    return std::nullopt;
  route.next_hops.resize(hops);
  return route;
}

std::optional<RoutingRule> read_rule(TextFields& fields) {
  RoutingRule rule{.is_ip6 = fields.flag()};
  const std::uint8_t longest = rule.is_ip6 ? 128 : 32;
  rule.destination_length = fields.number<std::uint8_t>(longest);
  rule.source_length = fields.number<std::uint8_t>(longest);
  rule.tos = fields.number<std::uint8_t>();
  rule.table = fields.number<std::uint8_t>();
  rule.action = fields.number<std::uint8_t>();
  rule.flags = fields.number<std::uint32_t>();
  rule.priority = fields.number<std::uint32_t>();
  rule.names_input = fields.flag();
  rule.names_output = fields.flag();
  rule.others = fields.raw();
  return rule;
}

std::optional<Neighbour> read_neighbour(TextFields& fields) {
  auto address = fields.value<IpAddress>();
  if (!address)
    return std::nullopt;
  Neighbour neighbour{.address = *address};
  neighbour.mac = fields.value_or_none<MacAddress>();
  neighbour.state = static_cast<Neighbour::State>(fields.number<std::uint8_t>(k_last_state));
  neighbour.flags = fields.number<std::uint8_t>();
  neighbour.protocol = fields.number<std::uint8_t>();
  neighbour.is_proxy = fields.flag();
  return neighbour;
}

/// The key becomes part of a path that root writes to: it cannot lead elsewhere.
std::optional<Setting> read_setting(TextFields& fields) {
  Setting setting{.group = static_cast<Setting::Group>(fields.number<std::uint8_t>(k_last_group)),
                  .key = std::string{fields.word()},
                  .value = fields.text()};
  const auto is_allowed = [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_';
  };
  if (!std::all_of(setting.key.begin(), setting.key.end(), is_allowed) || setting.value.size() > k_max_value)
    return std::nullopt;
  return setting;
}

/// Takes a text apart, line by line.
class MoveReader {
 public:
  explicit MoveReader(std::string_view text) : m_text(text) {}

  Result<NicMove> read() {
    if (m_text.size() > k_max_bytes || next_line() != k_nic_move_version)
      return fail(wrong("it does not begin with '" + std::string{k_nic_move_version} + "'"));
    TextFields fields{next_line()};
    const bool is_move = fields.word() == "move";
    const auto direction = static_cast<NicMove::Direction>(fields.number<std::uint8_t>(1));
    const auto nic = fields.value<IfName>();
    const auto bridge = fields.value<IfName>();
    if (!is_move || !nic || !bridge || !fields.is_complete())
      return fail(wrong({}));
    TRY(auto source, read_link());
    NicMove move{direction, *nic, *bridge, std::move(source), {}};
    for (;;) {
      const std::string_view line = next_line();
      if (line == k_last_line)
        return m_text.empty() ? Result<NicMove>{std::move(move)} : fail(wrong("something follows the end"));
      TRY(read_value(line, move));
    }
  }

 private:
  std::string_view next_line() {
    ++m_number;
    return take_until(m_text, "\n").value_or("");
  }

  [[nodiscard]] Error wrong(std::string cause) const {
    return Error{
        ErrorKind::refused,
        "cannot use the record of a NIC's move",
        fmt::format("line {} is not as vdeup writes it{}{}", m_number, cause.empty() ? "" : ": ", cause),
        {}};
  }

  Result<NicSnapshot> read_link() {
    TextFields fields{next_line()};
    const bool is_link = fields.word() == "link";
    auto name = fields.value<IfName>();
    const auto index = fields.number<std::uint32_t>(std::numeric_limits<std::int32_t>::max());
    std::string kind = fields.text();
    const auto mac = fields.value<MacAddress>();
    const auto mtu = fields.number<std::uint32_t>();
    const bool is_up = fields.flag();
    auto master = fields.value_or_none<IfName>();
    std::string qdisc = fields.text();
    const auto taken_at = fields.number<std::uint64_t>();
    if (!is_link || !name || !mac || !fields.is_complete())
      return fail(wrong({}));
    return NicSnapshot{.name = *name,
                       .index = index,
                       .kind = std::move(kind),
                       .mac = *mac,
                       .mtu = mtu,
                       .is_up = is_up,
                       .master = std::move(master),
                       .qdisc = std::move(qdisc),
                       .taken_at = taken_at};
  }

  Result<> read_value(std::string_view line, NicMove& move) {
    TextFields fields{line};
    const std::string_view kind = fields.word();
    bool is_good = true;
    if (kind == "keep-up")
      is_good = append(move.keep_up, fields.value<IfName>());
    else if (kind == "port")
      is_good = append(move.source.ports, fields.value<IfName>());
    else if (kind == "address")
      is_good = append(move.source.addresses, read_address(fields));
    else if (kind == "route")
      return read_route_with_hops(fields, move.source);
    else if (kind == "rule")
      is_good = append(move.source.rules, read_rule(fields));
    else if (kind == "neighbour")
      is_good = append(move.source.neighbours, read_neighbour(fields));
    else if (kind == "setting")
      is_good = append(move.source.settings, read_setting(fields));
    else
      is_good = false;
    return is_good && fields.is_complete() ? Result<>{ok()} : fail(wrong({}));
  }

  template <class T>
  static bool append(std::vector<T>& values, std::optional<T> value) {
    if (value)
      values.push_back(std::move(*value));
    return value.has_value();
  }

  Result<> read_route_with_hops(TextFields& fields, NicSnapshot& source) {
    auto route = read_route(fields);
    if (!route)
      return fail(wrong({}));
    for (NextHop& hop : route->next_hops) {
      auto read = read_hop(next_line());
      if (!read || (read->gateway && read->gateway->is_ip6() != route->is_ip6()))
        return fail(wrong({}));
      hop = std::move(*read);
    }
    source.routes.push_back(std::move(*route));
    return ok();
  }

  std::string_view m_text;
  std::size_t m_number = 0;
};

} // namespace

Result<NicMove> parse_nic_move(std::string_view text) {
  return MoveReader{text}.read();
}

} // namespace vdeup
