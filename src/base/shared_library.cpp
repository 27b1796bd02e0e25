#include "base/shared_library.hpp"

#include <dlfcn.h>

namespace vdeup {
namespace {

std::string linker_text(const char* name) {
  const char* text = ::dlerror(); // NOLINT(concurrency-mt-unsafe): there is one thread
  return text == nullptr ? name : text;
}

} // namespace

Result<SharedLibrary> SharedLibrary::open(const char* file, std::string what, std::string hint) {
  void* const library = ::dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    return fail(Error{ErrorKind::missing, std::move(what), linker_text(file), std::move(hint)});
  return SharedLibrary{library, std::move(what), std::move(hint)};
}

SharedLibrary::Function SharedLibrary::function(const char* name) {
  void* const address = ::dlsym(m_library.get(), name);
  if (address == nullptr && !m_missing)
    m_missing = linker_text(name);
  return {address};
}

Result<> SharedLibrary::check() const {
  if (m_missing)
    return fail(Error{ErrorKind::missing, m_what, *m_missing, m_hint});
  return ok();
}

void SharedLibrary::Close::operator()(void* library) const {
  (void)::dlclose(library);
}

} // namespace vdeup
