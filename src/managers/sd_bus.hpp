#pragma once

#include "base/result.hpp"
#include "base/shared_library.hpp"

#include <systemd/sd-bus.h>

namespace vdeup::managers {

/// The functions of sd-bus(3) that are used, and the library that they are in.
/// libsystemd brings five more libraries, and few launches have a manager to talk to.
struct SdBus {
  SharedLibrary library;
  decltype(&::sd_bus_open_system) open_system = nullptr;
  decltype(&::sd_bus_close_unref) close_unref = nullptr;
  decltype(&::sd_bus_is_ready) is_ready = nullptr;
  decltype(&::sd_bus_process) process = nullptr;
  decltype(&::sd_bus_wait) wait = nullptr;
  decltype(&::sd_bus_set_method_call_timeout) set_method_call_timeout = nullptr;
  decltype(&::sd_bus_call_method) call_method = nullptr;
  decltype(&::sd_bus_message_read) message_read = nullptr;
  decltype(&::sd_bus_message_unref) message_unref = nullptr;
  decltype(&::sd_bus_match_signal) match_signal = nullptr;
  decltype(&::sd_bus_slot_unref) slot_unref = nullptr;
  decltype(&::sd_bus_error_free) error_free = nullptr;
};

/// Load it. Errors: missing if there is no such library, or an older one.
[[nodiscard]] Result<SdBus> load_sd_bus();

} // namespace vdeup::managers
