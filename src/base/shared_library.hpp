#pragma once

#include "base/result.hpp"

#include <memory>
#include <string>

namespace vdeup {

/// A library loaded on demand by dlopen(3). If it were linked, each launch would load it, and without it
/// vdeup would not start. Its functions are valid while this object exists.
class SharedLibrary {
 public:
  /// Load `libNAME.so.N` from where the system has its libraries. Errors: missing, with the linker's words;
  /// `what` names what cannot be done without it, and `hint` says where it is to be had.
  [[nodiscard]] static Result<SharedLibrary> open(const char* file, std::string what, std::string hint);

  /// Find a function by its name. Errors: missing, as where the library is an older one.
  template <class Function>
  [[nodiscard]] Result<> find(const char* name, Function& function) const {
    TRY(void* const address, address_of(name));
    function = reinterpret_cast<Function>(address);
    return ok();
  }

 private:
  struct Close {
    void operator()(void* library) const;
  };

  SharedLibrary(void* library, std::string what, std::string hint)
      : m_library(library), m_what(std::move(what)), m_hint(std::move(hint)) {}
  [[nodiscard]] Result<void*> address_of(const char* name) const;

  std::unique_ptr<void, Close> m_library;
  std::string m_what;
  std::string m_hint;
};

} // namespace vdeup
