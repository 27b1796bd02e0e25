#include "nat/nft_library.hpp"

#include "base/shared_library.hpp"

#include <nftables/libnftables.h>

#include <cerrno>
#include <memory>

namespace vdeup::nat {
namespace {

/// The functions of libnftables(3) that are used, and the library that they are in. It brings five more
/// libraries, and few launches change rules.
struct Nft {
  SharedLibrary library;
  decltype(&::nft_ctx_new) make = library.function("nft_ctx_new");
  decltype(&::nft_ctx_free) free = library.function("nft_ctx_free");
  decltype(&::nft_ctx_buffer_output) buffer_output = library.function("nft_ctx_buffer_output");
  decltype(&::nft_ctx_buffer_error) buffer_error = library.function("nft_ctx_buffer_error");
  decltype(&::nft_ctx_get_error_buffer) error_buffer = library.function("nft_ctx_get_error_buffer");
  decltype(&::nft_run_cmd_from_buffer) run = library.function("nft_run_cmd_from_buffer");
};

Result<Nft> load(const std::string& what) {
  TRY(auto library, SharedLibrary::open("libnftables.so.1", what, "install libnftables1"));
  Nft nft{.library = std::move(library)};
  TRY(nft.library.check());
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

} // namespace vdeup::nat
