#include "managers/bus.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <string_view>

namespace vdeup::managers {
namespace {

constexpr const char* k_properties = "org.freedesktop.DBus.Properties";
constexpr std::string_view k_no_owner = "org.freedesktop.DBus.Error.NameHasNoOwner";

const BusObject& the_bus() {
  static const BusObject bus{"org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus"};
  return bus;
}

std::uint64_t microseconds_left(const Deadline& deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline.left()).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(left, 1)); // 0 would be the library's own 25 s
}

Error too_late(std::string what) {
  return Error{ErrorKind::timed_out, std::move(what), "there is no answer within the deadline", {}};
}

ErrorKind kind_of(std::string_view name, int error_number) {
  constexpr std::array<std::string_view, 5> absent{"NameHasNoOwner", "UnknownDevice", "UnknownObject",
                                                   "NoSuchLink", "InvalidConnection"};
  const std::string_view last = name.substr(name.rfind('.') + 1);
  if (std::find(absent.begin(), absent.end(), last) != absent.end())
    return ErrorKind::missing;
  if (last == "AccessDenied" || last == "PermissionDenied" || last == "InteractiveAuthorizationRequired")
    return ErrorKind::not_permitted;
  if (last == "NoReply" || last == "Timeout" || last == "TimedOut")
    return ErrorKind::timed_out;
  return errno_error(error_number, {}).kind();
}

} // namespace

Result<Bus> Bus::connect(const Deadline& deadline) {
  const std::string what = "cannot talk to the managers of interfaces";
  const std::string hint = "is there a system bus? `systemctl status dbus`";
  TRY(auto library, load_sd_bus());
  Bus bus{std::move(library), deadline};
  sd_bus* opened = nullptr;
  const int error = bus.m_library.open_system(&opened);
  if (error == -ECONNREFUSED) // its socket has outlived it
    return fail(Error{ErrorKind::missing, what, errno_text(-error), hint});
  if (error < 0)
    return fail(errno_error(-error, what, hint));
  bus.m_bus = {opened, Close{bus.m_library.close_unref}};
  // A bus that takes the connection and says nothing would hold the first call for 90 s, whatever its
  // timeout.
  for (;;) {
    const int ready = bus.m_library.is_ready(opened);
    if (ready > 0)
      return bus;
    if (ready < 0)
      return fail(errno_error(-ready, what, hint));
    TRY(bus.wait_for_traffic(deadline));
  }
}

Result<> Bus::wait_for_traffic(const Deadline& deadline) {
  const std::string what = "cannot hear from the bus";
  if (deadline.is_over()) // first, so that much traffic cannot keep us either
    return fail(too_late(what));
  int handled = m_library.process(m_bus.get(), nullptr);
  if (handled == 0)
    handled = m_library.wait(m_bus.get(), microseconds_left(deadline));
  if (handled < 0 && handled != -EINTR)
    return fail(errno_error(-handled, what));
  return ok();
}

template <class... Values>
Result<Bus::Message> Bus::exchange(const BusObject& object, const char* method, const char* types,
                                   Values... values) {
  const std::string what = fmt::format("{}.{} failed", object.interface, method);
  if (m_deadline.is_over())
    return fail(too_late(what));
  (void)m_library.set_method_call_timeout(m_bus.get(), microseconds_left(m_deadline));
  sd_bus_error error{};
  sd_bus_message* reply = nullptr;
  const int done = m_library.call_method(m_bus.get(), object.service.c_str(), object.path.c_str(),
                                         object.interface.c_str(), method, &error, &reply, types, values...);
  Message message{reply, Unref{m_library.message_unref}};
  if (done >= 0)
    return message;
  const std::string name = error.name == nullptr ? "" : error.name;
  const std::string text = error.message == nullptr ? errno_text(-done) : error.message;
  m_library.error_free(&error);
  return fail(Error{kind_of(name, -done), what, printable(text), {}});
}

template <class... Values>
Result<> Bus::read(const Message& message, const char* types, Values... values) {
  const int done = m_library.message_read(message.get(), types, values...);
  if (done <= 0)
    return fail(errno_error(done < 0 ? -done : ENODATA, "cannot read an answer from the bus"));
  return ok();
}

Result<std::optional<std::string>> Bus::owner_of(const std::string& name) {
  auto answer = exchange(the_bus(), "GetNameOwner", "s", name.c_str());
  if (!answer && answer.error().kind() == ErrorKind::missing)
    return std::optional<std::string>{};
  TRY(auto message, std::move(answer));
  const char* owner = nullptr;
  TRY(read(message, "s", &owner));
  return std::optional<std::string>{owner};
}

Result<std::uint32_t> Bus::process_of(const std::string& unique_name) {
  TRY(auto message, exchange(the_bus(), "GetConnectionUnixProcessID", "s", unique_name.c_str()));
  std::uint32_t process = 0;
  TRY(read(message, "u", &process));
  return process;
}

Result<> Bus::call(const BusObject& object, const char* method) {
  TRY(exchange(object, method, ""));
  return ok();
}

Result<> Bus::call_with_flags(const BusObject& object, const char* method, std::uint32_t flags) {
  TRY(exchange(object, method, "u", flags));
  return ok();
}

Result<std::string> Bus::find_object(const BusObject& object, const char* method, const std::string& name) {
  TRY(auto message, exchange(object, method, "s", name.c_str()));
  const char* path = nullptr;
  TRY(read(message, "o", &path));
  return std::string{path};
}

Result<std::string> Bus::find_numbered_object(const BusObject& object, const char* method,
                                              const std::string& name) {
  TRY(auto message, exchange(object, method, "s", name.c_str()));
  std::int32_t number = 0;
  const char* path = nullptr;
  TRY(read(message, "io", &number, &path));
  return std::string{path};
}

Result<std::string> Bus::call_with_objects(const BusObject& object, const char* method,
                                           const std::string& first, const std::string& second,
                                           const std::string& third) {
  TRY(auto message, exchange(object, method, "ooo", first.c_str(), second.c_str(), third.c_str()));
  const char* path = nullptr;
  TRY(read(message, "o", &path));
  return std::string{path};
}

Result<> Bus::set(const BusObject& object, const char* property, bool value) {
  TRY(exchange(object.as(k_properties), "Set", "ssv", object.interface.c_str(), property, "b",
               static_cast<int>(value)));
  return ok();
}

Result<std::uint32_t> Bus::number(const BusObject& object, const char* property) {
  TRY(auto message, exchange(object.as(k_properties), "Get", "ss", object.interface.c_str(), property));
  std::uint32_t value = 0;
  TRY(read(message, "v", "u", &value));
  return value;
}

Result<std::string> Bus::text(const BusObject& object, const char* property) {
  TRY(auto message, exchange(object.as(k_properties), "Get", "ss", object.interface.c_str(), property));
  const char* value = nullptr;
  TRY(read(message, "v", "s", &value));
  return std::string{value};
}

Result<> Bus::wait_until(const BusObject& object, const std::function<Result<bool>()>& is_so,
                         std::chrono::milliseconds patience) {
  sd_bus_slot* opened = nullptr;
  // That something came is all that counts: it makes wait_for_traffic() return.
  const auto nothing = [](sd_bus_message*, void*, sd_bus_error*) { return 0; };
  const int error = m_library.match_signal(m_bus.get(), &opened, object.service.c_str(), object.path.c_str(),
                                           k_properties, "PropertiesChanged", nothing, nullptr);
  if (error < 0)
    return fail(errno_error(-error, "cannot listen to the bus"));
  const std::unique_ptr<sd_bus_slot, decltype(&::sd_bus_slot_unref)> slot{opened, m_library.slot_unref};
  const Deadline deadline = m_deadline.at_most(patience);
  for (;;) {
    TRY(auto is_done, is_so());
    if (is_done)
      return ok();
    TRY(wait_for_traffic(deadline));
  }
}

} // namespace vdeup::managers
