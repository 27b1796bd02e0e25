#include "kernel/nft_library.hpp"

#include <dlfcn.h>
#include <nftables/libnftables.h>

#include <cerrno>
#include <memory>

namespace vdeup::kernel {
namespace {

constexpr const char* k_library = "libnftables.so.1";

struct CloseLibrary {
  void operator()(void* library) const { (void)::dlclose(library); }
};

/// The functions of libnftables(3) that are used, and the library that they are in.
///
/// It brings five more libraries. Linked, they would be loaded by each launch, and few launches change rules;
/// and where there is no nftables, vdeup would not even start.
struct Nft {
  std::unique_ptr<void, CloseLibrary> library{};
  decltype(&::nft_ctx_new) make = nullptr;
  decltype(&::nft_ctx_free) free = nullptr;
  decltype(&::nft_ctx_buffer_output) buffer_output = nullptr;
  decltype(&::nft_ctx_buffer_error) buffer_error = nullptr;
  decltype(&::nft_ctx_get_error_buffer) error_buffer = nullptr;
  decltype(&::nft_run_cmd_from_buffer) run = nullptr;
};

Error cannot_load(const std::string& what) {
  const char* text = ::dlerror(); // NOLINT(concurrency-mt-unsafe): there is one thread
  return Error{ErrorKind::missing, what, text == nullptr ? k_library : text, "install libnftables1"};
}

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

Result<Nft> load(const std::string& what) {
  Nft nft;
  nft.library.reset(::dlopen(k_library, RTLD_NOW | RTLD_LOCAL));
  void* library = nft.library.get();
  if (library == nullptr || !find(library, "nft_ctx_new", nft.make) ||
      !find(library, "nft_ctx_free", nft.free) ||
      !find(library, "nft_ctx_buffer_output", nft.buffer_output) ||
      !find(library, "nft_ctx_buffer_error", nft.buffer_error) ||
      !find(library, "nft_ctx_get_error_buffer", nft.error_buffer) ||
      !find(library, "nft_run_cmd_from_buffer", nft.run))
    return fail(cannot_load(what));
  return nft;
}

} // namespace

std::string first_complaint(std::string_view text) {
  constexpr std::string_view k_severity = "Error: ";
  std::string_view line = text.substr(0, text.find('\n'));
  if (const auto at = line.find(k_severity); at != std::string_view::npos)
    line.remove_prefix(at + k_severity.size());
  return std::string{line};
}

Result<> run_nft(const std::string& commands, const std::string& what) {
  TRY(auto nft, load(what));
  const std::unique_ptr<nft_ctx, decltype(nft.free)> context{nft.make(NFT_CTX_DEFAULT), nft.free};
  if (!context || nft.buffer_output(context.get()) != 0 || nft.buffer_error(context.get()) != 0)
    return fail(errno_error(ENOMEM, what));
  if (nft.run(context.get(), commands.c_str()) == 0)
    return ok();
  const char* text = nft.error_buffer(context.get());
  return fail(Error{ErrorKind::failed, what, first_complaint(text == nullptr ? "" : text), {}});
}

} // namespace vdeup::kernel
