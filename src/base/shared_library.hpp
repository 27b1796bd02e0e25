#pragma once

#include "base/result.hpp"

#include <memory>
#include <optional>
#include <string>

namespace vdeup {

/// A library loaded on demand by dlopen(3). If it were linked, each launch would load it, and without it
/// vdeup would not start. Its functions are valid while this object exists.
class SharedLibrary {
 public:
  /// Load `libNAME.so.N` from where the system has its libraries. Errors: missing, with the linker's words;
  /// `what` names what cannot be done without it, and `hint` says where it is to be had.
  [[nodiscard]] static Result<SharedLibrary> open(const char* file, std::string what, std::string hint);

  /// The address of a function, which converts to a pointer to it; null if there is none.
  struct Function {
    void* address;
    template <class Pointer>
    operator Pointer() const {
      return reinterpret_cast<Pointer>(address);
    }
  };
  /// Find a function by its name. The first one that is not there is remembered for check().
  [[nodiscard]] Function function(const char* name);
  /// Errors: missing if a function was not found, as where the library is an older one.
  [[nodiscard]] Result<> check() const;

 private:
  struct Close {
    void operator()(void* library) const;
  };

  SharedLibrary(void* library, std::string what, std::string hint)
      : m_library(library), m_what(std::move(what)), m_hint(std::move(hint)) {}

  std::unique_ptr<void, Close> m_library;
  std::string m_what;
  std::string m_hint;
  std::optional<std::string> m_missing{};
};

} // namespace vdeup
