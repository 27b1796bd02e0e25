#include "base/shared_library.hpp"

#include <dlfcn.h>

namespace vdeup {
namespace {

Error missing(const char* name, const std::string& what, const std::string& hint) {
  const char* text = ::dlerror(); // NOLINT(concurrency-mt-unsafe): there is one thread
  return Error{ErrorKind::missing, what, text == nullptr ? name : text, hint};
}

} // namespace

Result<SharedLibrary> SharedLibrary::open(const char* file, std::string what, std::string hint) {
  void* const library = ::dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    return fail(missing(file, what, hint));
  return SharedLibrary{library, std::move(what), std::move(hint)};
}

Result<void*> SharedLibrary::address_of(const char* name) const {
  void* const address = ::dlsym(m_library.get(), name);
  if (address == nullptr)
    return fail(missing(name, m_what, m_hint));
  return address;
}

void SharedLibrary::Close::operator()(void* library) const {
  (void)::dlclose(library);
}

} // namespace vdeup
