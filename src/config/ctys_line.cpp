#include "config/ctys_line.hpp"

#include "base/number.hpp"
#include "base/shell_words.hpp"
#include "base/text.hpp"
#include "config/qemu_text.hpp"
#include "model/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vdeup::config {
namespace {

using Words = std::vector<std::string>;

constexpr unsigned k_max_displays = 99;

/// How a machine is told what to boot from. A hard disk has no option: it is the image at the end of the
/// line. For floppies and CDs the wrapper had none either, and so made hard disks of them.
struct BootRow {
  CtysBoot::Mode mode;
  std::string_view letter;
  std::string_view option;
  std::array<std::string_view, 3> variables;
};
constexpr std::array<BootRow, 6> k_boot_rows{{
    {CtysBoot::Mode::fdd, "a", "-fda", {"FDDIMAGE", "FDA", "INSTSRCFDD"}},
    {CtysBoot::Mode::cd, "d", "-cdrom", {"CDIMAGE", "INSTSRCCDROM"}},
    {CtysBoot::Mode::dvd, "d", "-cdrom", {"DVDIMAGE", "INSTSRCCDROM"}},
    {CtysBoot::Mode::hdd, "c", "", {"HDDBOOTIMAGE", "HDA"}},
    {CtysBoot::Mode::usb, "c", "", {"USBBOOTIMAGE", "INSTSRCUSB"}},
    {CtysBoot::Mode::pxe, "n", "", {}},
}};

const BootRow& row_of(CtysBoot::Mode mode) {
  return *std::find_if(k_boot_rows.begin(), k_boot_rows.end(),
                       [mode](const BootRow& row) { return row.mode == mode; });
}

Error bad_value(const CtysDefinition& definition, std::string_view name, std::string_view needed) {
  return Error{ErrorKind::usage,
               fmt::format("cannot use {}", printable(definition.path)),
               fmt::format("{}='{}' {}", name, printable(definition.get(name)), needed),
               {}};
}

/// A value as one word of the line.
Result<std::string> word_of_variable(const CtysDefinition& definition, std::string_view name) {
  const std::string& value = definition.get(name);
  if (std::any_of(value.begin(), value.end(), [](char byte) { return byte >= '\0' && byte < ' '; }))
    return fail(bad_value(definition, name, "has a control character"));
  return value;
}

/// A value as words: the wrapper gave it to the shell's `eval`.
Result<Words> words_of_variable(const CtysDefinition& definition, std::string_view name) {
  auto words = shell_words(definition.get(name));
  if (!words)
    return fail(bad_value(definition, name, "cannot be split into words: " + words.error().cause()));
  return words;
}

/// Builds one line, part after part, in the order of the wrapper.
class CtysWriter {
 public:
  CtysWriter(const CtysDefinition& definition, const CtysLaunch& launch)
      : m_definition(definition), m_launch(launch), m_line(launch.starter) {}

  Result<Words> write() {
    TRY(write_accelerator());
    TRY(write_option("-L", "QEMUBIOS"));
    TRY(write_network());
    TRY(write_name());
    TRY(write_hardware());
    TRY(write_console());
    TRY(write_words("ARGSADD"));
    TRY(write_kernel());
    TRY(write_boot());
    return std::move(m_line);
  }

 private:
  void add(std::string_view option, std::string value) {
    m_line.emplace_back(option);
    m_line.push_back(std::move(value));
  }

  /// An option with the value of a variable; nothing if it has none.
  Result<> write_option(std::string_view option, std::string_view name) {
    TRY(auto value, word_of_variable(m_definition, name));
    if (!value.empty())
      add(option, std::move(value));
    return ok();
  }

  Result<> write_words(std::string_view name) {
    TRY(auto words, words_of_variable(m_definition, name));
    m_line.insert(m_line.end(), words.begin(), words.end());
    return ok();
  }

  /// The programs of 2010 called `…kvm` used KVM by themselves; today's have to be told.
  Result<> write_accelerator() {
    if (m_definition.get("ACCELERATOR") == "KVM" && !m_line.front().ends_with("kvm"))
      m_line.emplace_back("-enable-kvm");
    return ok();
  }

  Result<> write_network() {
    const std::string& model = m_definition.get("NIC");
    if (model.empty()) { // said in words: a line that does not gets a NIC from us
      add("-net", "none");
      return ok();
    }
    if (!is_word(model, "._-"))
      return fail(bad_value(m_definition, "NIC", "is not the model of a NIC"));
    std::string nic = "nic";
    if (const std::string& text = m_definition.get("MAC0"); !text.empty()) {
      const auto mac = MacAddress::parse(text);
      if (!mac)
        return fail(bad_value(m_definition, "MAC0", "is not an Ethernet address"));
      nic += ",macaddr=" + mac.value().str();
    }
    add("-net", nic + ",model=" + model);
    TRY(auto socket, word_of_variable(m_definition, "QEMUSOCK"));
    add("-net", socket.empty() ? "vde" : "vde,sock=" + double_commas(socket));
    return ok();
  }

  Result<> write_name() {
    TRY(auto label, word_of_variable(m_definition, "LABEL"));
    if (label.empty() || label.find('/') != std::string::npos)
      return fail(bad_value(m_definition, "LABEL", "is not a name for a machine"));
    add("-name", (label.find('=') == std::string::npos ? "" : "guest=") + double_commas(label));
    return ok();
  }

  Result<> write_hardware() {
    const std::string& screen = m_definition.get("VGADRIVER");
    if (screen.starts_with("-vga") || screen.starts_with("-std-vga")) { // the wrapper knows no others
      TRY(write_words("VGADRIVER"));
    }
    TRY(write_words("TIMEOPT"));
    TRY(write_option("-k", "KBD_LAYOUT"));
    if (const std::string& size = m_definition.get("MEMSIZE"); !size.empty() && !is_memory_size(size))
      return fail(bad_value(m_definition, "MEMSIZE", "is not a size of memory"));
    TRY(write_option("-m", "MEMSIZE"));
    TRY(write_drives());
    TRY(write_option("-cpu", "CPU"));
    return write_option("-smp", "SMP");
  }

  /// The drives beside the one that the machine boots from; those whose image has not been made yet are left
  /// out.
  Result<> write_drives() {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> drives{
        {{"-fdb", "FDB"}, {"-hdb", "HDB"}, {"-hdc", "HDC"}, {"-hdd", "HDD"}}};
    for (const auto& [option, name] : drives)
      if (m_launch.exists(m_definition.get(name))) {
        TRY(write_option(option, name));
      }
    return ok();
  }

  /// One socket for the monitor and the first serial line, named by the label alone: the wrapper put its own
  /// pid into it, which is nobody's when the machine runs.
  Result<std::string> monitor() {
    TRY(auto path, word_of_variable(m_definition, "QEMUMONSOCK"));
    if (path.empty())
      return fail(bad_value(m_definition, "QEMUMONSOCK", "is not the path of a socket"));
    const auto replace = [&path](std::string_view what, const std::string& by) {
      for (std::size_t at = 0; (at = path.find(what, at)) != std::string::npos; at += by.size())
        path.replace(at, what.size(), by);
    };
    replace(".ACTUALPID", "");
    replace("ACTUALPID", "");
    replace("ACTUALLABEL", m_definition.get("LABEL"));
    auto socket = SocketPath::socket(path);
    if (!socket)
      return fail(bad_value(m_definition, "QEMUMONSOCK", "becomes no socket: " + socket.error().cause()));
    return "mon:unix:" + double_commas(socket.value().str()) + ",server,nowait";
  }

  Result<CtysConsole> console() {
    if (m_launch.console)
      return *m_launch.console;
    const std::string& word = m_definition.get("DEFAULTCONSOLE");
    if (word.empty())
      return CtysConsole::vnc; // the 2010 tool's default
    return parse_ctys_console(word);
  }

  /// The display that VNC is at: a number, or the first free one.
  Result<std::string> vnc_display() {
    const std::string& text = m_definition.get("VNCACCESSDISPLAY");
    if (m_launch.vnc_display)
      return fmt::format(":{}", *m_launch.vnc_display);
    if (text.empty())
      return fmt::format(":0,to={}", k_max_displays);
    const auto number = parse_number<unsigned>(text);
    if (!number)
      return fail(bad_value(m_definition, "VNCACCESSDISPLAY", "is not the number of a display"));
    return fmt::format(":{}", *number);
  }

  Result<> write_console() {
    TRY(auto where, console());
    if (where == CtysConsole::cli0) {
      m_line.emplace_back("-nographic");
      return ok();
    }
    TRY(auto serial, monitor());
    add("-serial", std::move(serial));
    if (where == CtysConsole::sdl)
      add("-serial", "vc:1000x300");
    if (where == CtysConsole::none)
      add("-display", "none");
    if (where == CtysConsole::vnc || where == CtysConsole::cli) {
      TRY(auto display, vnc_display());
      m_line.emplace_back("-daemonize");
      add("-vnc", std::move(display));
    }
    return ok();
  }

  /// The image that is asked for, else that of the first variable that has one.
  Result<std::string> image(const CtysBoot& boot, const BootRow& row) {
    std::string path = boot.image;
    for (const std::string_view name : row.variables)
      if (path.empty() && !name.empty()) {
        TRY(path, word_of_variable(m_definition, name));
      }
    if (path.empty() || path.starts_with('-'))
      return fail(bad_value(m_definition, row.variables.front(), "names no image to boot from"));
    return path;
  }

  /// The image comes last: by it the tools of 2010 find the definition of a running machine.
  Result<> write_boot() {
    TRY(auto boot, boot_of());
    const BootRow& row = row_of(boot.mode);
    add("-boot", std::string{row.letter});
    if (row.variables.front().empty())
      return ok();
    TRY(auto path, image(boot, row));
    if (!row.option.empty())
      m_line.emplace_back(row.option);
    m_line.push_back(std::move(path));
    return ok();
  }

  Result<> write_kernel() {
    TRY(write_option("-kernel", "KERNELIMAGE"));
    TRY(write_option("-initrd", "INITRDIMAGE"));
    return write_option("-append", "APPEND");
  }

  Result<CtysBoot> boot_of() {
    if (m_launch.boot)
      return *m_launch.boot;
    const std::string& text = m_definition.get("DEFAULTBOOTMODE");
    return text.empty() ? CtysBoot{} : parse_ctys_boot(text);
  }

  const CtysDefinition& m_definition;
  const CtysLaunch& m_launch;
  Words m_line;
};

} // namespace

Result<std::vector<std::string>> to_qemu_line(const CtysDefinition& definition, const CtysLaunch& launch) {
  return CtysWriter{definition, launch}.write();
}

} // namespace vdeup::config
