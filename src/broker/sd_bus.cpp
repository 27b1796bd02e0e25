#include "broker/sd_bus.hpp"

#include <dlfcn.h>

namespace vdeup::broker {
namespace {

constexpr const char* k_library = "libsystemd.so.0";

Error cannot_load() {
  const char* text = ::dlerror(); // NOLINT(concurrency-mt-unsafe): there is one thread
  return Error{ErrorKind::missing, "cannot talk to the managers of interfaces",
               text == nullptr ? k_library : text, "install libsystemd0"};
}

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

} // namespace

void CloseLibrary::operator()(void* library) const {
  (void)::dlclose(library);
}

Result<SdBus> load_sd_bus() {
  SdBus bus;
  bus.library.reset(::dlopen(k_library, RTLD_NOW | RTLD_LOCAL));
  void* library = bus.library.get();
  if (library == nullptr)
    return fail(cannot_load());
  const bool has_all = find(library, "sd_bus_open_system", bus.open_system) &&
                       find(library, "sd_bus_close_unref", bus.close_unref) &&
                       find(library, "sd_bus_is_ready", bus.is_ready) &&
                       find(library, "sd_bus_process", bus.process) &&
                       find(library, "sd_bus_wait", bus.wait) &&
                       find(library, "sd_bus_set_method_call_timeout", bus.set_method_call_timeout) &&
                       find(library, "sd_bus_call_method", bus.call_method) &&
                       find(library, "sd_bus_message_read", bus.message_read) &&
                       find(library, "sd_bus_message_unref", bus.message_unref) &&
                       find(library, "sd_bus_match_signal", bus.match_signal) &&
                       find(library, "sd_bus_slot_unref", bus.slot_unref) &&
                       find(library, "sd_bus_error_free", bus.error_free);
  if (!has_all)
    return fail(cannot_load());
  return bus;
}

} // namespace vdeup::broker
