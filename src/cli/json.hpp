#pragma once

#include "model/network.hpp"
#include "model/step.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <string_view>

// The parts of JSON answers. Each command writes its answer from these.

namespace vdeup::cli {

/// Begin a JSON answer: `{"vdeup": 1, "command": …}`. The number is the version of the schema.
[[nodiscard]] boost::json::object json_answer(std::string_view command);

/// Print a JSON answer on one line of standard output.
void print_json(const boost::json::object& answer);

/// The value of an optional, written by `write`, or null.
template <class T, class Write>
[[nodiscard]] boost::json::value or_null(const std::optional<T>& value, Write write) {
  return value ? boost::json::value(write(*value)) : boost::json::value(nullptr);
}

/// The text of an optional name or address, or null.
template <class T>
[[nodiscard]] boost::json::value or_null(const std::optional<T>& value) {
  return or_null(value, [](const T& one) { return one.str(); });
}

/// A list with each element written by `write`.
template <class Elements, class Write>
[[nodiscard]] boost::json::array json_list(const Elements& elements, Write write) {
  boost::json::array list;
  for (const auto& element : elements)
    list.emplace_back(write(element));
  return list;
}

/// Add the packets and bytes of a port or device.
template <class Counters>
void add_counters(boost::json::object& object, const Counters& counters) {
  object["packets_in"] = counters.packets_in;
  object["bytes_in"] = counters.bytes_in;
  object["packets_out"] = counters.packets_out;
  object["bytes_out"] = counters.bytes_out;
}

[[nodiscard]] boost::json::object to_json(const Scope& scope, const Network& network);
[[nodiscard]] boost::json::array to_json(const Plan& plan);
[[nodiscard]] boost::json::array to_json(const std::vector<SwitchPort>& ports,
                                         const std::vector<LearntAddress>& learnt);

} // namespace vdeup::cli
