#include "nat/dnsmasq_words.hpp"

#include "model/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace vdeup::nat {
namespace {

constexpr unsigned k_address_bits = 32;
constexpr std::string_view k_interface = "--interface=";

std::uint32_t to_number(const IpAddress& address) {
  std::uint32_t number = 0;
  for (const std::uint8_t byte : address.bytes4())
    number = number << 8U | byte;
  return number;
}

IpAddress to_address(std::uint32_t number) {
  IpAddress::Bytes4 bytes{};
  for (std::size_t i = bytes.size(); i > 0; --i, number >>= 8U)
    bytes.at(i - 1) = static_cast<std::uint8_t>(number);
  return IpAddress{bytes};
}

/// What the VMs get: all that is behind the gateway's address, but the last, which is for everybody.
std::vector<std::string> words_for_ip4(const IpPrefix& gateway) {
  const std::uint32_t mask = ~0U << (k_address_bits - gateway.length);
  const std::uint32_t first = to_number(gateway.address) + 1;
  const std::uint32_t last = (to_number(gateway.address) | ~mask) - 1;
  return {fmt::format("--dhcp-range={},{},{},1h", to_address(first).str(), to_address(last).str(),
                      to_address(mask).str()),
          fmt::format("--dhcp-lease-max={}", last - first + 1)};
}

/// VMs make their addresses themselves; what is told them is the network, and who knows names.
std::vector<std::string> words_for_ip6(const IpPrefix& gateway) {
  IpAddress::Bytes6 network = gateway.address.bytes6();
  std::fill(network.begin() + gateway.length / 8, network.end(), std::uint8_t{0});
  return {
      fmt::format("--dhcp-range={},ra-stateless,ra-names,{},1h", IpAddress{network}.str(), gateway.length),
      "--enable-ra"};
}

/// No file of this host's: not its configuration, not its hosts. What says who we are comes first.
std::vector<std::string> first_words(const ServedBridge& where) {
  return {"--conf-file=/dev/null",
          "--pid-file=",
          "--no-hosts",
          fmt::format("--tag-if=set:vdeup-{}", where.net_namespace), // a tag that nothing asks for
          "--bind-dynamic",
          fmt::format("{}{}", k_interface, where.bridge.str()),
          "--except-interface=lo"};
}

/// What says whose network it is, which comes next. In digits: a comma in a tag is the end of it.
std::string switch_word(const SocketPath& switch_dir) {
  return "--tag-if=set:vdeup-switch-" + text_word(switch_dir.str());
}

} // namespace

std::vector<std::string> dnsmasq_words(const ServedBridge& where, const SocketPath& switch_dir,
                                       const PrivateNetwork& network) {
  std::vector<std::string> words = first_words(where);
  words.push_back(switch_word(switch_dir));
  const auto add = [&words](const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
  };
  add({"--user=root",
       "--group=root"}); // for root's alone, which would become somebody else: who it is, it stays
  add(words_for_ip4(network.gateway4));
  if (network.gateway6)
    add(words_for_ip6(*network.gateway6));
  add({"--dhcp-leasefile=/dev/null", "--dhcp-authoritative", "--dhcp-no-override"});
  add({"--no-ping"}); // it would wait three seconds for an answer before each VM's first address
  // A VM may be called what it likes, but not what makes browsers of the others take it for their proxy.
  add({"--dhcp-name-match=set:wpad-ignore,wpad", "--dhcp-ignore-names=tag:wpad-ignore"});
  add({"--domain=vdeup.internal", "--local=/vdeup.internal/", "--domain-needed"});
  add({"--quiet-dhcp", "--quiet-dhcp6", "--quiet-ra"});
  return words;
}

bool is_plain(const IfName& interface) {
  const std::string& name = interface.str();
  return std::all_of(name.begin(), name.end(), [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '-' || byte == '_' || byte == '.';
  });
}

bool is_ours(const std::vector<std::string>& words, const ServedBridge& where) {
  const std::vector<std::string> first = first_words(where);
  return words.size() > first.size() && std::equal(first.begin(), first.end(), words.begin());
}

std::optional<IfName> bridge_served_by(const std::vector<std::string>& words, ino_t net_namespace,
                                       const SocketPath& switch_dir) {
  const auto named = std::find_if(words.begin(), words.end(),
                                  [](const std::string& word) { return word.starts_with(k_interface); });
  if (named == words.end())
    return std::nullopt;
  auto bridge = IfName::parse(named->substr(k_interface.size()));
  if (!bridge || !is_plain(bridge.value()) || !is_ours(words, {bridge.value(), net_namespace}) ||
      std::find(words.begin(), words.end(), switch_word(switch_dir)) == words.end())
    return std::nullopt;
  return std::move(bridge).value();
}

} // namespace vdeup::nat
