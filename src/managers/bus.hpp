#pragma once

#include "base/deadline.hpp"
#include "managers/sd_bus.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace vdeup::managers {

/// An object on the bus, and one of its interfaces.
struct BusObject {
  std::string service;
  std::string path;
  std::string interface;

  [[nodiscard]] BusObject at(std::string other_path) const {
    return {service, std::move(other_path), interface};
  }
  [[nodiscard]] BusObject as(std::string other_interface) const {
    return {service, path, std::move(other_interface)};
  }
};

/// A connection to the system's bus. Every call is over with the deadline at the latest.
///
/// Services are called by the unique name of who has them at present (`:1.7`), which starts nobody: with a
/// name like org.freedesktop.network1 the bus would start the service that is not there. Errors of all calls:
/// timed_out, not_permitted, missing (no such object), failed with what the service says.
class Bus {
 public:
  /// Errors: missing if there is no bus.
  [[nodiscard]] static Result<Bus> connect(const Deadline& deadline);

  /// Who has a name; nothing if nobody has it.
  [[nodiscard]] Result<std::optional<std::string>> owner_of(const std::string& name);
  /// The process behind a unique name, as this PID namespace knows it; 0 if it does not.
  [[nodiscard]] Result<std::uint32_t> process_of(const std::string& unique_name);

  // Calls that differ in what they take and give. `o` is an object's path.

  [[nodiscard]] Result<> call(const BusObject& object, const char* method);
  [[nodiscard]] Result<> call_with_flags(const BusObject& object, const char* method, std::uint32_t flags);
  [[nodiscard]] Result<std::string> find_object(const BusObject& object, const char* method,
                                                const std::string& name);
  [[nodiscard]] Result<std::string> find_numbered_object(const BusObject& object, const char* method,
                                                         const std::string& name);
  [[nodiscard]] Result<std::string> call_with_objects(const BusObject& object, const char* method,
                                                      const std::string& first, const std::string& second,
                                                      const std::string& third);
  [[nodiscard]] Result<> set(const BusObject& object, const char* property, bool value);
  [[nodiscard]] Result<std::uint32_t> number(const BusObject& object, const char* property);
  [[nodiscard]] Result<std::string> text(const BusObject& object, const char* property);

  /// Ask again with each change of the object's properties, until the answer is yes, a failure, or too late:
  /// after `patience`, and never after the deadline of all.
  [[nodiscard]] Result<> wait_until(const BusObject& object, const std::function<Result<bool>()>& is_so,
                                    std::chrono::milliseconds patience);

 private:
  struct Close { // without a flush, which would wait for a bus that is silent
    decltype(&::sd_bus_close_unref) function = nullptr;
    void operator()(sd_bus* bus) const { (void)function(bus); }
  };
  struct Unref {
    decltype(&::sd_bus_message_unref) function = nullptr;
    void operator()(sd_bus_message* message) const { (void)function(message); }
  };
  using Message = std::unique_ptr<sd_bus_message, Unref>;

  Bus(SdBus library, const Deadline& deadline) : m_library(std::move(library)), m_deadline(deadline) {}
  [[nodiscard]] Result<> wait_for_traffic(const Deadline& deadline);
  template <class... Values>
  [[nodiscard]] Result<Message> exchange(const BusObject& object, const char* method, const char* types,
                                         Values... values);
  template <class... Values>
  [[nodiscard]] Result<> read(const Message& message, const char* types, Values... values);

  SdBus m_library; // outlives what it made
  std::unique_ptr<sd_bus, Close> m_bus{nullptr, Close{}};
  Deadline m_deadline;
};

} // namespace vdeup::managers
