// For sanitized builds only. libvdeplug loads its modules with RTLD_DEEPBIND, which AddressSanitizer refuses
// to start with; the modules work as well without it. This dlopen comes before libasan's and passes on to it.

#include <dlfcn.h>

extern "C" void* dlopen(const char* path, int mode) {
  using Function = void* (*)(const char*, int);
  static const auto next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "dlopen"));
  return next(path, mode & ~RTLD_DEEPBIND);
}
