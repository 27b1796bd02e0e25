#include "managers/sd_bus.hpp"

namespace vdeup::managers {

Result<SdBus> load_sd_bus() {
  TRY(auto library, SharedLibrary::open("libsystemd.so.0", "cannot talk to the managers of interfaces",
                                        "install libsystemd0"));
  SdBus bus{.library = std::move(library)};
  TRY(bus.library.check());
  return bus;
}

} // namespace vdeup::managers
