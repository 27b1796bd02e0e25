#include "managers/sd_bus.hpp"

namespace vdeup::managers {

Result<SdBus> load_sd_bus() {
  TRY(auto library, SharedLibrary::open("libsystemd.so.0", "cannot talk to the managers of interfaces",
                                        "install libsystemd0"));
  SdBus bus{.library = std::move(library)};
  TRY(bus.library.find("sd_bus_open_system", bus.open_system));
  TRY(bus.library.find("sd_bus_close_unref", bus.close_unref));
  TRY(bus.library.find("sd_bus_is_ready", bus.is_ready));
  TRY(bus.library.find("sd_bus_process", bus.process));
  TRY(bus.library.find("sd_bus_wait", bus.wait));
  TRY(bus.library.find("sd_bus_set_method_call_timeout", bus.set_method_call_timeout));
  TRY(bus.library.find("sd_bus_call_method", bus.call_method));
  TRY(bus.library.find("sd_bus_message_read", bus.message_read));
  TRY(bus.library.find("sd_bus_message_unref", bus.message_unref));
  TRY(bus.library.find("sd_bus_match_signal", bus.match_signal));
  TRY(bus.library.find("sd_bus_slot_unref", bus.slot_unref));
  TRY(bus.library.find("sd_bus_error_free", bus.error_free));
  return bus;
}

} // namespace vdeup::managers
