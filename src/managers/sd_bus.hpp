#pragma once

#include "base/result.hpp"
#include "base/shared_library.hpp"

#include <systemd/sd-bus.h>

namespace vdeup::managers {

/// The functions of sd-bus(3) that are used, and the library that they are in.
/// libsystemd brings five more libraries, and few launches have a manager to talk to.
struct SdBus {
  SharedLibrary library;
  decltype(&::sd_bus_open_system) open_system = library.function("sd_bus_open_system");
  decltype(&::sd_bus_close_unref) close_unref = library.function("sd_bus_close_unref");
  decltype(&::sd_bus_is_ready) is_ready = library.function("sd_bus_is_ready");
  decltype(&::sd_bus_process) process = library.function("sd_bus_process");
  decltype(&::sd_bus_wait) wait = library.function("sd_bus_wait");
  decltype(&::sd_bus_set_method_call_timeout) set_method_call_timeout =
      library.function("sd_bus_set_method_call_timeout");
  decltype(&::sd_bus_call_method) call_method = library.function("sd_bus_call_method");
  decltype(&::sd_bus_message_read) message_read = library.function("sd_bus_message_read");
  decltype(&::sd_bus_message_unref) message_unref = library.function("sd_bus_message_unref");
  decltype(&::sd_bus_match_signal) match_signal = library.function("sd_bus_match_signal");
  decltype(&::sd_bus_slot_unref) slot_unref = library.function("sd_bus_slot_unref");
  decltype(&::sd_bus_error_free) error_free = library.function("sd_bus_error_free");
};

/// Load it. Errors: missing if there is no such library, or an older one.
[[nodiscard]] Result<SdBus> load_sd_bus();

} // namespace vdeup::managers
