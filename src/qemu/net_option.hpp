#pragma once

#include "base/result.hpp"
#include "model/names.hpp"
#include "qemu/json_object.hpp"
#include "qemu/options.hpp"
#include "qemu/words.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vdeup::qemu {

/// A `-net`, `-netdev`, `-nic` or `-device` of a line, in either of its two forms: `key=value,…` or JSON.
class NetOption {
 public:
  /// Read one. Errors: usage, for JSON that is none.
  [[nodiscard]] static Result<NetOption> read(std::string_view name, std::size_t argument,
                                              const std::string& text);
  /// Read all of a line, in its order. Errors: usage.
  [[nodiscard]] static Result<std::vector<NetOption>> read_all(const std::vector<std::string>& args,
                                                               const std::vector<Word>& words);

  [[nodiscard]] std::string_view name() const { return m_name; }
  /// Index of the option's value.
  [[nodiscard]] std::size_t argument() const { return m_argument; }
  [[nodiscard]] bool is_json() const { return std::holds_alternative<JsonObject>(m_value); }

  /// What it names: `vde`, `user`, `nic`, or the driver of a device.
  [[nodiscard]] std::string type() const;
  [[nodiscard]] std::optional<std::string> get(const std::string& key) const;
  [[nodiscard]] bool has(const std::string& key) const { return get(key).has_value(); }
  [[nodiscard]] std::vector<std::string> keys() const;

  /// True for a backend that vdeup connects: vde, without a URL (`slirp://`), which is no switch.
  [[nodiscard]] bool is_vde() const;
  /// True for a NIC of the guest with this `-netdev`.
  [[nodiscard]] bool is_front_of(const std::string& netdev) const;

  /// The number of a key. Errors: usage, naming the option.
  [[nodiscard]] Result<std::optional<unsigned>> number(const std::string& key, int base) const;
  /// The address of the NIC, under the key that this option has for it. Errors: usage, naming the option.
  [[nodiscard]] Result<std::optional<MacAddress>> address() const;
  /// The text of the option with another address.
  [[nodiscard]] std::string with_address(const MacAddress& mac) const;

  /// An error about this option.
  [[nodiscard]] Error bad(std::string cause, std::string hint = {}) const;

 private:
  NetOption(std::string_view name, std::size_t argument, std::variant<OptionValue, JsonObject> value)
      : m_name(name), m_argument(argument), m_value(std::move(value)) {}
  [[nodiscard]] std::string address_key() const { return m_name == "net" ? "macaddr" : "mac"; }

  std::string m_name;
  std::size_t m_argument;
  std::variant<OptionValue, JsonObject> m_value;
};

/// An error about an option of a line.
[[nodiscard]] Error bad_option(std::string_view name, std::string_view value, std::string cause,
                               std::string hint = {});

} // namespace vdeup::qemu
