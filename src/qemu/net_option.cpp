#include "qemu/net_option.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace vdeup::qemu {

Error bad_option(std::string_view name, std::string_view value, std::string cause, std::string hint) {
  return Error{ErrorKind::usage, fmt::format("cannot use '-{} {}'", name, printable(value)), std::move(cause),
               std::move(hint)};
}

Result<NetOption> NetOption::read(std::string_view name, std::size_t argument, const std::string& text) {
  const bool takes_json = name == "device" || name == "netdev";
  if (!takes_json || !text.starts_with('{'))
    return NetOption{name, argument, OptionValue::parse(text)};
  auto object = JsonObject::parse(text);
  if (!object)
    return fail(bad_option(name, text, object.error().message()));
  return NetOption{name, argument, std::move(object).value()};
}

Result<std::vector<NetOption>> NetOption::read_all(const std::vector<std::string>& args,
                                                   const std::vector<Word>& words) {
  std::vector<NetOption> options;
  for (const Word& word : words) {
    const bool is_network =
        word.option == "net" || word.option == "netdev" || word.option == "nic" || word.option == "device";
    if (!is_network || !word.value)
      continue;
    TRY(auto option, read(word.option, *word.value, args[*word.value]));
    options.push_back(std::move(option));
  }
  return options;
}

std::string NetOption::type() const {
  if (const auto* value = std::get_if<OptionValue>(&m_value))
    return m_name == "device" && value->first().empty() ? value->get("driver").value_or("") : value->type();
  return get(m_name == "device" ? "driver" : "type").value_or("");
}

std::optional<std::string> NetOption::get(const std::string& key) const {
  return std::visit([&key](const auto& value) { return value.get(key); }, m_value);
}

std::vector<std::string> NetOption::keys() const {
  if (const auto* value = std::get_if<OptionValue>(&m_value))
    return value->keys();
  std::vector<std::string> found;
  for (const auto& [key, value] : std::get<JsonObject>(m_value).members())
    found.push_back(key);
  return found;
}

bool NetOption::is_vde() const {
  return m_name != "device" && type() == "vde" && get("sock").value_or("").find("://") == std::string::npos;
}

bool NetOption::is_front_of(const std::string& netdev) const {
  const bool is_nic = m_name == "device" || (m_name == "net" && type() == "nic");
  return is_nic && get("netdev") == netdev;
}

Result<std::optional<unsigned>> NetOption::number(const std::string& key, int base) const {
  const auto text = get(key);
  if (!text)
    return std::optional<unsigned>{};
  const auto number = parse_number<unsigned>(*text, {.base = base});
  if (!number)
    return fail(
        bad(fmt::format("{}={} is not {} number", key, printable(*text), base == 8 ? "an octal" : "a")));
  return number;
}

Result<std::optional<MacAddress>> NetOption::address() const {
  const auto text = get(address_key());
  if (!text)
    return std::optional<MacAddress>{};
  auto mac = MacAddress::parse(*text);
  if (!mac)
    return fail(bad(mac.error().what(), fmt::format("an example: {}=52:54:00:12:34:56", address_key())));
  if (mac.value().is_multicast())
    return fail(
        bad(fmt::format("{} is a multicast address, and a NIC needs one of its own", mac.value().str())));
  return std::optional<MacAddress>{mac.value()};
}

std::string NetOption::with_address(const MacAddress& mac) const {
  if (const auto* object = std::get_if<JsonObject>(&m_value))
    return object->with(address_key(), mac.str());
  OptionValue value = std::get<OptionValue>(m_value);
  value.set(address_key(), mac.str());
  return value.str();
}

Error NetOption::bad(std::string cause, std::string hint) const {
  const auto* value = std::get_if<OptionValue>(&m_value);
  return bad_option(m_name, value != nullptr ? value->str() : std::get<JsonObject>(m_value).text(),
                    std::move(cause), std::move(hint));
}

} // namespace vdeup::qemu
