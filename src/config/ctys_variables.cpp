#include "config/ctys_variables.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vdeup::config {
namespace {

constexpr std::array<std::string_view, 39> k_names{
    "LABEL",
    "MAC0",
    "STARTERCALL",
    "ACCELERATOR",
    "WRAPPERCALL",
    "FDDIMAGE",
    "FDA",
    "FDB",
    "HDDBOOTIMAGE",
    "HDA",
    "HDB",
    "HDC",
    "HDD",
    "CDIMAGE",
    "DVDIMAGE",
    "USBBOOTIMAGE",
    "INSTSRCCDROM",
    "INSTSRCFDD",
    "INSTSRCUSB",
    "KERNELIMAGE",
    "INITRDIMAGE",
    "APPEND",
    "DEFAULTBOOTMODE",
    "DEFAULTCONSOLE",
    "VGADRIVER",
    "ARCH",
    "CPU",
    "SMP",
    "MEMSIZE",
    "KBD_LAYOUT",
    "TIMEOPT",
    "NIC",
    "ARGSADD",
    "VNCACCESSDISPLAY",
    "QEMUSOCK",
    "QEMUMONSOCK",
    "QEMUBIOS",
    "QEMUKVM",
    "QEMUBASE",
};

constexpr std::string_view k_begin = "vdeup-ctys-begin";
constexpr std::string_view k_end = "vdeup-ctys-end";

} // namespace

std::span<const std::string_view> ctys_variable_names() {
  return k_names;
}

std::vector<std::string> ctys_bash_arguments(const std::string& path, const std::string& text) {
  // `builtin`: the file may have functions of any name.
  const std::string script = fmt::format(R"(source /dev/fd/3 3<<<"$1" >&2
builtin printf '%s\0' {}
for vdeup_name in {}; do
  if [[ -v $vdeup_name ]]; then
    builtin printf '%s=%s\0' "$vdeup_name" "${{!vdeup_name}}"
  fi
done
builtin printf '%s\0' {}
)",
                                         k_begin, fmt::join(k_names, " "), k_end);
  return {"--noprofile", "--norc", "-c", script, path, text};
}

std::vector<std::string> ctys_bash_environment(const CtysSurroundings& surroundings) {
  return {"PATH=/usr/local/bin:/usr/bin:/bin",
          "LC_ALL=C",
          "HOME=" + surroundings.home,
          "USER=" + surroundings.user,
          "LOGNAME=" + surroundings.user,
          "CTYSWRAPPERPATH=" + surroundings.directory,
          "CTYS_SOCKBASE=" + surroundings.sock_base,
          "QEMUSOCK=" + surroundings.socket,
          "QEMUMGMT=" + surroundings.mgmt};
}

Result<CtysVariables> parse_ctys_variables(std::string_view output, const std::string& path) {
  CtysVariables variables;
  if (take_part(output, '\0') == k_begin)
    while (!output.empty()) {
      const std::string_view item = take_part(output, '\0');
      if (item == k_end)
        return variables;
      const std::size_t sign = item.find('=');
      if (sign == std::string_view::npos)
        break;
      variables.emplace(item.substr(0, sign), item.substr(sign + 1));
    }
  return fail(Error{ErrorKind::failed, fmt::format("cannot read {}", printable(path)),
                    "it ended before its variables were known",
                    "a definition must not exit, nor start programs with exec"});
}

} // namespace vdeup::config
