#include "base/text.hpp"
#include "qemu/line.hpp"
#include "qemu/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace vdeup::qemu {
namespace {

/// An option of interest: its name without dashes, and where its value stands.
struct Found {
  std::string_view name;
  std::size_t argument = 0;
  OptionValue value;
};

constexpr std::array<std::string_view, 4> k_network_options{"net", "netdev", "nic", "device"};
/// Options whose value is free text or a path, and could look like an option itself.
constexpr std::array<std::string_view, 16> k_text_options{
    "append", "kernel", "initrd", "drive", "hda", "hdb",    "hdc",    "hdd",
    "cdrom",  "fda",    "fdb",    "name",  "dtb", "serial", "smbios", "object"};
constexpr std::array<std::string_view, 5> k_disk_options{"hda", "drive", "cdrom", "fda", "hdb"};

template <class Set>
bool contains(const Set& set, std::string_view word) {
  return std::find(set.begin(), set.end(), word) != set.end();
}

/// QEMU reads `--net` as `-net`.
std::string_view option_name(std::string_view argument) {
  if (argument.size() < 2 || argument.front() != '-')
    return {};
  argument.remove_prefix(argument.starts_with("--") ? 2 : 1);
  return argument;
}

std::vector<Found> find_options(const std::vector<std::string>& args) {
  std::vector<Found> found;
  for (std::size_t i = 0; i + 1 < args.size(); ++i) {
    const std::string_view name = option_name(args[i]);
    if (contains(k_network_options, name))
      found.push_back({name, i + 1, OptionValue::parse(args[i + 1])});
    if (contains(k_network_options, name) || contains(k_text_options, name))
      ++i;
  }
  return found;
}

Error bad_option(const Found& option, std::string cause, std::string hint = {}) {
  return Error{ErrorKind::usage,
               fmt::format("cannot use '-{} {}'", option.name, printable(option.value.str())),
               std::move(cause), std::move(hint)};
}

Result<std::optional<unsigned>> get_number(const Found& option, std::string_view key, int base) {
  const auto text = option.value.get(key);
  if (!text)
    return std::optional<unsigned>{};
  unsigned number = 0;
  const char* const end = text->data() + text->size();
  const auto [at, error] = std::from_chars(text->data(), end, number, base);
  if (error != std::errc{} || at != end)
    return fail(bad_option(option, fmt::format("{}={} is not a number", key, printable(*text))));
  return std::optional<unsigned>{number};
}

Result<std::optional<MacAddress>> get_mac(const Found& option, std::string_view key) {
  const auto text = option.value.get(key);
  if (!text)
    return std::optional<MacAddress>{};
  auto mac = MacAddress::parse(*text);
  if (!mac)
    return fail(
        bad_option(option, mac.error().what, "an example: " + std::string{key} + "=52:54:00:12:34:56"));
  if (mac.value().is_multicast())
    return fail(bad_option(
        option, fmt::format("{} is a multicast address, and a NIC needs one of its own", mac.value().str())));
  return std::optional<MacAddress>{mac.value()};
}

bool is_url(const OptionValue& value) {
  return value.get("sock").value_or("").find("://") != std::string::npos;
}

bool is_vde(const Found& option) {
  return option.value.type() == "vde" && !is_url(option.value);
}

bool is_json(const Found& option) {
  return option.value.str().starts_with('{');
}

/// The string value of a key in a flat JSON object: enough for QEMU's -device and -netdev.
std::string json_text(std::string_view json, std::string_view key) {
  const std::string quoted = fmt::format("\"{}\"", key);
  const std::size_t at = json.find(quoted);
  if (at == std::string_view::npos)
    return {};
  const std::size_t begin = json.find('"', json.find(':', at + quoted.size()));
  if (begin == std::string_view::npos)
    return {};
  return std::string{json.substr(begin + 1, json.find('"', begin + 1) - begin - 1)};
}

/// The address of a NIC in JSON form. One without is refused: it would have the one that every such VM has.
Result<std::optional<MacAddress>> json_address(const Found& option) {
  auto mac = MacAddress::parse(json_text(option.value.str(), "mac"));
  if (!mac)
    return fail(bad_option(option, "it has no address, and none can be added to the JSON form",
                           R"(add "mac":"52:54:00:12:34:56", or write it as `-device MODEL,netdev=ID`)"));
  return std::optional<MacAddress>{mac.value()};
}

/// Read the keys of QEMU's vde backend.
Result<VdeNic> read_vde(const Found& option, VdeNic::Form form,
                        std::initializer_list<std::string_view> more_keys) {
  constexpr std::array<std::string_view, 6> vde_keys{"type", "id", "sock", "port", "group", "mode"};
  for (const std::string& key : option.value.keys())
    if (!contains(vde_keys, key) && !contains(more_keys, key))
      return fail(bad_option(option, fmt::format("'{}' is not a property of a vde network", printable(key)),
                             fmt::format("it knows id, sock, port, group, mode{}{}",
                                         more_keys.size() > 0 ? ", " : "", fmt::join(more_keys, ", "))));
  VdeNic nic{.socket = option.value.get("sock"),
             .group = option.value.get("group"),
             .form = form,
             .argument = option.argument};
  TRY(auto port, get_number(option, "port", 10));
  TRY(auto mode, get_number(option, "mode", 8));
  nic.port = port;
  nic.mode = mode;
  return nic;
}

/// Collects the NICs of one line.
class Analysis {
 public:
  explicit Analysis(const std::vector<std::string>& args) : m_options(find_options(args)) {}

  Result<std::vector<VdeNic>> nics() {
    TRY(hub());
    for (const Found& option : m_options) {
      if (option.name == "netdev" && is_vde(option)) {
        TRY(netdev(option));
      }
      if (option.name == "netdev" && is_json(option)) {
        TRY(json_netdev(option));
      }
      if (option.name == "nic" && is_vde(option)) {
        TRY(nic(option));
      }
    }
    const bool names_a_network = std::any_of(m_options.begin(), m_options.end(),
                                             [](const Found& option) { return option.name != "device"; });
    if (!names_a_network)
      m_nics.emplace_back();
    return std::move(m_nics);
  }

 private:
  /// `-net nic` and `-net vde`: QEMU joins all `-net` options without netdev= in one hub.
  Result<> hub() {
    std::vector<const Found*> fronts;
    std::vector<const Found*> vdes;
    bool has_other_backend = false;
    for (const Found& option : m_options) {
      if (option.name != "net")
        continue;
      if (option.value.type() == "nic") {
        if (!option.value.has("netdev"))
          fronts.push_back(&option);
      } else if (is_vde(option)) {
        vdes.push_back(&option);
      } else {
        has_other_backend = true;
      }
    }
    if (vdes.empty() && (fronts.size() != 1 || has_other_backend))
      return ok(); // not ours: QEMU gets it as it is
    const Found& named = vdes.empty() ? *fronts.front() : *vdes.front();
    if (vdes.size() > 1 || fronts.size() > 1 || has_other_backend)
      return fail(bad_option(named, "one `-net nic` and one `-net vde` can be paired, and this line has more",
                             "name each pair with `-netdev vde,id=ID` and `-device MODEL,netdev=ID`"));
    return pair(named, fronts.empty() ? nullptr : fronts.front(), vdes.empty());
  }

  Result<> pair(const Found& named, const Found* front, bool no_backend) {
    VdeNic nic{.form = VdeNic::Form::net_pair, .argument = named.argument};
    if (!no_backend) {
      TRY(nic, read_vde(named, VdeNic::Form::net_pair, {"vlan", "name"}));
    }
    if (front != nullptr) {
      nic.front_argument = front->argument;
      TRY(auto mac, get_mac(*front, "macaddr"));
      nic.mac = mac;
    }
    m_nics.push_back(std::move(nic));
    return ok();
  }

  /// `-netdev '{"type":"vde",…}'` would be QEMU's own, without a network that was made for it.
  static Result<> json_netdev(const Found& option) {
    if (json_text(option.value.str(), "type") != "vde")
      return ok();
    return fail(bad_option(option, "vde networks are not read from JSON", "write it as `-netdev vde,id=ID`"));
  }

  Result<> netdev(const Found& option) {
    TRY(auto nic, read_vde(option, VdeNic::Form::netdev, {}));
    const auto id = option.value.get("id");
    if (!id)
      return fail(bad_option(option, "it has no id", "add id=NAME, and netdev=NAME to its -device"));
    for (const Found& front : m_options) {
      if (front.name == "device" && is_json(front) && json_text(front.value.str(), "netdev") == *id) {
        TRY(auto mac, json_address(front));
        nic.mac = mac;
        continue;
      }
      const bool is_front = front.name == "device" || (front.name == "net" && front.value.type() == "nic");
      if (!is_front || front.value.get("netdev") != id)
        continue;
      nic.front_argument = front.argument;
      TRY(auto mac, get_mac(front, front.name == "device" ? "mac" : "macaddr"));
      nic.mac = mac;
    }
    m_nics.push_back(std::move(nic));
    return ok();
  }

  Result<> nic(const Found& option) {
    TRY(auto nic, read_vde(option, VdeNic::Form::nic, {"model", "mac"}));
    TRY(auto mac, get_mac(option, "mac"));
    nic.mac = mac;
    m_nics.push_back(std::move(nic));
    return ok();
  }

  std::vector<Found> m_options;
  std::vector<VdeNic> m_nics{};
};

/// True for a line that starts no VM: `-version`, `-h`, `-machine help`.
bool only_asks(const std::vector<std::string>& args) {
  constexpr std::array<std::string_view, 3> questions{"h", "help", "version"};
  for (std::size_t i = 0; i < args.size(); ++i) {
    const bool is_text = i > 0 && contains(k_text_options, option_name(args[i - 1]));
    if (!is_text && contains(questions, option_name(args[i])))
      return true;
    const std::string_view before = i > 0 ? option_name(args[i - 1]) : std::string_view{};
    if (!before.empty() && !contains(k_text_options, before) && (args[i] == "help" || args[i] == "?"))
      return true;
  }
  return false;
}

/// The last component of a path, without a suffix such as `.qcow2`.
std::string stem(std::string_view path) {
  path.remove_prefix(path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/') + 1);
  const std::size_t dot = path.rfind('.');
  return std::string{dot == 0 ? path : path.substr(0, dot)};
}

std::string name_from_disk(std::string_view option, const std::string& value) {
  return stem(option == "drive" ? OptionValue::parse(value).get("file").value_or("") : value);
}

/// True if the last word is the first disk, which QEMU takes without an option: no option stands before it
/// that could want it as its value, or it is called like a disk.
bool ends_with_disk(const std::vector<std::string>& args) {
  if (args.empty() || args.back().empty() || !option_name(args.back()).empty())
    return false;
  if (args.size() == 1 || option_name(args[args.size() - 2]).empty())
    return true;
  constexpr std::array<std::string_view, 7> suffixes{".qcow2", ".img", ".raw", ".iso",
                                                     ".vmdk",  ".vdi", ".vhdx"};
  const std::string_view word = args.back();
  return !contains(k_text_options, option_name(args[args.size() - 2])) &&
         std::any_of(suffixes.begin(), suffixes.end(),
                     [word](auto suffix) { return word.ends_with(suffix); });
}

/// `-name NAME` or `-name guest=NAME,…`, else the name of the first disk, as people call their VMs.
std::string find_vm_name(const std::vector<std::string>& args) {
  std::string from_disk;
  for (std::size_t i = 0; i + 1 < args.size(); ++i) {
    const std::string_view option = option_name(args[i]);
    if (option == "name") {
      const auto value = OptionValue::parse(args[i + 1]);
      return value.get("guest").value_or(value.first());
    }
    if (from_disk.empty() && contains(k_disk_options, option))
      from_disk = name_from_disk(option, args[i + 1]);
    if (contains(k_network_options, option) || contains(k_text_options, option))
      ++i;
  }
  return from_disk.empty() && ends_with_disk(args) ? stem(args.back()) : from_disk;
}

/// `-M pc`, `-machine q35,accel=tcg`, `-machine type=virt`.
std::string find_machine(const std::vector<std::string>& args) {
  std::string machine;
  for (std::size_t i = 0; i + 1 < args.size(); ++i) {
    const std::string_view option = option_name(args[i]);
    if (option == "M" || option == "machine") {
      const std::string named = OptionValue::parse(args[i + 1]).type();
      machine = named.empty() ? machine : named;
    }
    if (contains(k_network_options, option) || contains(k_text_options, option))
      ++i;
  }
  return machine;
}

} // namespace

Result<Line> analyse(std::vector<std::string> args) {
  Line line;
  line.machine = find_machine(args);
  if (!only_asks(args) && line.machine != "none") { // a machine without anything has no place for a NIC
    TRY(line.nics, Analysis{args}.nics());
  }
  line.vm_name = find_vm_name(args);
  line.args = std::move(args);
  return line;
}

} // namespace vdeup::qemu
