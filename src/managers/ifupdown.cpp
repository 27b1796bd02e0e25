#include "managers/ifupdown.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <fnmatch.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

namespace vdeup::managers {
namespace {

/// What interfaces(5) says of one interface.
struct Configured {
  std::vector<std::string> files{}; ///< that have an `iface` of it
  std::set<std::string> methods{};  ///< static, dhcp, manual, …
};

class Reader {
 public:
  Reader(const FileTree& tree, const std::string& name) : m_tree(tree), m_name(name) {}

  Configured read() {
    read_file("/etc/network/interfaces");
    return std::move(m_found);
  }

 private:
  /// Each file once: one can name itself.
  void read_file(const std::string& path) {
    if (!m_read.insert(path).second)
      return;
    // ifupdown joins lines at a backslash.
    std::string text = m_tree.read(path).value_or("");
    for (std::size_t at = 0; (at = text.find("\\\n", at)) != std::string::npos;)
      text.replace(at, 2, " ");
    for (const std::string_view line : split(text, '\n')) {
      const auto words = words_of(line);
      if (words.size() >= 2)
        read_line(path, words);
    }
  }

  void read_line(const std::string& path, const std::vector<std::string_view>& words) {
    constexpr std::size_t method = 3;
    if (words[0] == "iface" && words[1] == m_name && words.size() > method) {
      if (m_found.files.empty() || m_found.files.back() != path)
        m_found.files.push_back(path);
      m_found.methods.emplace(words[method]);
    }
    for (std::size_t at = 1; at < words.size(); ++at) {
      if (words[0] == "source")
        read_matching(absolute(path, words[at]));
      if (words[0] == "source-directory")
        read_directory(absolute(path, words[at]));
    }
  }

  static std::string absolute(const std::string& from, std::string_view path) {
    return path.starts_with('/') ? std::string{path}
                                 : from.substr(0, from.rfind('/') + 1) + std::string{path};
  }

  /// Patterns stand in the last part of a path, as `interfaces.d/*`.
  void read_matching(const std::string& pattern) {
    const std::size_t slash = pattern.rfind('/');
    const std::string directory = pattern.substr(0, slash);
    const std::string last = pattern.substr(slash + 1);
    for (const std::string& name : m_tree.names(directory).value_or(std::vector<std::string>{}))
      if (::fnmatch(last.c_str(), name.c_str(), FNM_PERIOD) == 0)
        read_file(directory + "/" + name);
  }

  /// Only plain names count, so that editors' copies do not.
  void read_directory(const std::string& directory) {
    const auto is_plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
    for (const std::string& name : m_tree.names(directory).value_or(std::vector<std::string>{}))
      if (std::all_of(name.begin(), name.end(), is_plain))
        read_file(directory + "/" + name);
  }

  const FileTree& m_tree;
  const std::string& m_name;
  std::set<std::string> m_read{};
  Configured m_found{};
};

/// The file in which ifup has noted that it has set the interface up; empty if it has not.
std::string noted_in(const FileTree& tree, const std::string& name) {
  for (const char* path : {"/run/network/ifstate", "/run/ifstate"}) {
    const std::string text = tree.read(path).value_or("");
    for (const std::string_view line : split(text, '\n'))
      if (const auto words = words_of(line); !words.empty() && words[0].substr(0, words[0].find('=')) == name)
        return path;
  }
  return {};
}

/// Collects the stanzas of a bridge. The first of them makes it, the others add to it.
class Stanzas {
 public:
  Stanzas(std::string name, std::string making) : m_name(std::move(name)), m_making(std::move(making)) {}

  void add(std::string_view family, std::string_view method, const std::string& options = {}) {
    m_text +=
        fmt::format("\niface {} {} {}\n{}{}", m_name, family, method, std::exchange(m_making, ""), options);
  }
  [[nodiscard]] bool is_empty() const { return m_text.empty(); }
  [[nodiscard]] const std::string& text() const { return m_text; }

 private:
  std::string m_name;
  std::string m_making;
  std::string m_text{};
};

/// One stanza for each address; gateway and name servers stand with the first.
void add_addresses(Stanzas& stanzas, const BridgeConfiguration& bridge, bool is_ip6) {
  std::string once;
  for (const std::string& gateway : texts_of(bridge.gateways, is_ip6))
    once += fmt::format("    gateway {}\n", gateway);
  if (const auto servers = texts_of(bridge.name_servers, is_ip6); !servers.empty())
    once += fmt::format("    dns-nameservers {}\n", fmt::join(servers, " "));
  for (const std::string& address : addresses_of(bridge, is_ip6))
    stanzas.add(is_ip6 ? "inet6" : "inet", "static",
                fmt::format("    address {}\n{}", address, std::exchange(once, "")));
}

} // namespace

std::vector<NicManager> find_ifupdown(const FileTree& tree, const Link& nic) {
  const Configured stanzas = Reader{tree, nic.name}.read();
  const std::string state = noted_in(tree, nic.name);
  if (state.empty() && stanzas.files.empty())
    return {};
  NicManager manager{.kind = NicManager::Kind::ifupdown, .name = "ifupdown"};
  manager.hold = state.empty() ? NicManager::Hold::leaves : NicManager::Hold::has_set;
  manager.is_dynamic = stanzas.methods.contains("dhcp");
  if (!stanzas.files.empty()) {
    manager.configuration = printable(stanzas.files.front());
    for (const std::string& method : stanzas.methods)
      manager.evidence.push_back(
          fmt::format("{} configures it, method {}", manager.configuration, printable(method)));
  }
  manager.evidence.push_back(state.empty() ? "ifup has not set it up"
                                           : fmt::format("{} says that ifup has set it up", state));
  return {std::move(manager)};
}

// interfaces(5), bridge-utils-interfaces(5)
Result<std::vector<ConfigFile>> ifupdown_files(const BridgeConfiguration& bridge) {
  TRY(check_plain_names(bridge));
  const std::string& name = bridge.bridge.str();
  const std::string& nic = bridge.nic.str();
  Stanzas stanzas{name,
                  fmt::format("    bridge_ports {}\n    bridge_stp off\n    bridge_fd 0\n    bridge_hw {}\n"
                              "    mtu {}\n",
                              nic, bridge.mac.str(), bridge.mtu)};
  if (bridge.dhcp4)
    stanzas.add("inet", "dhcp");
  add_addresses(stanzas, bridge, false);
  if (bridge.router_advertisements && addresses_of(bridge, true).empty())
    stanzas.add("inet6", "auto");
  add_addresses(stanzas, bridge, true);
  if (stanzas.is_empty())
    stanzas.add("inet", "manual");
  return std::vector<ConfigFile>{{fmt::format("/etc/network/interfaces.d/{}", name),
                                  fmt::format("# Needs the package bridge-utils, and no other stanza of {}.\n"
                                              "iface {} inet manual\n    mtu {}\n\nauto {}{}",
                                              nic, nic, bridge.mtu, name, stanzas.text())}};
}

} // namespace vdeup::managers
