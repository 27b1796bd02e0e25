#include "managers/dhcp_clients.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vdeup::managers {
namespace {

/// What a command line says of an interface.
enum class Mention { this_one, all, others };

/// dhcpcd calls its processes by what they do: `dhcpcd: eth0 [ip4]`, `dhcpcd: [manager] [ip4] [ip6]`.
std::optional<Mention> read_title(const std::string& word, const std::string& name) {
  constexpr std::string_view prefix = "dhcpcd: ";
  if (!word.starts_with(prefix))
    return std::nullopt;
  const auto parts = words_of(std::string_view{word}.substr(prefix.size()));
  if (parts.empty() || parts.front().starts_with('['))
    return Mention::all;
  return parts.front() == name ? Mention::this_one : Mention::others;
}

Mention read_words(const std::vector<std::string>& words, const std::string& client,
                   const std::string& name) {
  if (words.empty())
    return Mention::others;
  if (const auto title = read_title(words.front(), name))
    return *title;
  const auto is_this = [&name](const std::string& word) {
    return word == name || word == "-i" + name || word == "--interface=" + name;
  };
  // A value of an option looks like an interface, too; then the client seems to have a list.
  const auto can_be_one = [](const std::string& word) {
    return !word.starts_with('/') && (!word.starts_with('-') || word.starts_with("--interface="));
  };
  if (std::any_of(words.begin() + 1, words.end(), is_this))
    return Mention::this_one;
  if (std::any_of(words.begin() + 1, words.end(), can_be_one))
    return Mention::others;
  const bool has_default = client.starts_with("udhcpc"); // which is eth0
  return has_default && name != "eth0" ? Mention::others : Mention::all;
}

} // namespace

std::vector<NicManager> find_dhcp_clients(const process::ProcessTable& processes, const Link& nic) {
  constexpr std::array<const char*, 5> clients{"dhclient", "dhcpcd", "udhcpc", "udhcpc6", "dhcp6c"};
  std::vector<NicManager> found;
  for (const auto* name : clients)
    for (const process::Process& process : processes.named(name)) {
      const Mention mention = read_words(processes.words(process.pid), name, nic.name);
      if (mention == Mention::others)
        continue;
      found.push_back({.kind = NicManager::Kind::dhcp_client,
                       .name = name,
                       .hold = NicManager::Hold::manages,
                       .is_dynamic = true,
                       .evidence = {process.str(), mention == Mention::all
                                                       ? "it is for all interfaces"
                                                       : "its command line names " + printable(nic.name)}});
      break; // dhcpcd has many processes; one is enough to know
    }
  return found;
}

} // namespace vdeup::managers
