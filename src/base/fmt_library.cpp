// fmt itself, once for the whole program: the others see only its declarations. Linked in place of the shared
// library in a build with VDEUP_STATIC_RUNTIME, because Debian has no static one. What is instantiated here
// is what fmt 9 and 10 instantiate in their src/format.cc; all else in there is defined by the header below.
#include <fmt/format-inl.h>

#if FMT_VERSION < 90000 || FMT_VERSION >= 110000
#error "other versions of fmt instantiate other templates: compare with their src/format.cc"
#endif

FMT_BEGIN_NAMESPACE
namespace detail {

template FMT_API auto dragonbox::to_decimal(float x) noexcept -> dragonbox::decimal_fp<float>;
template FMT_API auto dragonbox::to_decimal(double x) noexcept -> dragonbox::decimal_fp<double>;

template FMT_API locale_ref::locale_ref(const std::locale& locale);
template FMT_API auto locale_ref::get<std::locale>() const -> std::locale;

template FMT_API auto thousands_sep_impl(locale_ref) -> thousands_sep_result<char>;
template FMT_API auto decimal_point_impl(locale_ref) -> char;

template FMT_API void buffer<char>::append(const char*, const char*);
template FMT_API void vformat_to(buffer<char>&, string_view, basic_format_args<format_context>, locale_ref);

} // namespace detail
FMT_END_NAMESPACE
