#include "model/vm_identity.hpp"

#include "base/hash.hpp"
#include "base/number.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup {
namespace {

constexpr std::size_t k_max_vm_name = 40; // of the 128 bytes that a switch keeps
constexpr std::string_view k_mac_key = " mac=";
constexpr std::string_view k_user_key = " user=";
constexpr std::string_view k_pid_key = " pid=";

bool is_safe(char byte) {
  constexpr std::string_view punctuation = "._+:@-";
  const bool alphanumeric =
      (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
  return alphanumeric || punctuation.find(byte) != std::string_view::npos;
}

/// The word after the last ` key=`: what libvdeplug appends comes after what the client chose.
std::string_view word_after(std::string_view text, std::string_view key) {
  const std::size_t at = text.rfind(key);
  if (at == std::string_view::npos)
    return {};
  text.remove_prefix(at + key.size());
  return text.substr(0, text.find(' '));
}

} // namespace

MacAddress vm_address(std::string_view host_seed, uid_t owner, std::string_view vm_name, unsigned nic,
                      unsigned attempt) {
  const std::uint64_t hash = stable_hash(
      {"vdeup vm", host_seed, std::to_string(owner), vm_name, std::to_string(nic), std::to_string(attempt)});
  MacAddress::Bytes bytes{0x52, 0x54, 0x00};
  for (std::size_t i = 3; i < bytes.size(); ++i)
    bytes.at(i) = static_cast<std::uint8_t>(hash >> (8 * (i - 3)));
  return MacAddress{bytes};
}

std::string safe_vm_name(std::string_view name) {
  std::string safe{name.substr(0, k_max_vm_name)};
  std::replace_if(
      safe.begin(), safe.end(), [](char byte) { return !is_safe(byte); }, '_');
  return safe;
}

std::string PortLabel::text() const {
  return fmt::format("{}{}{}", safe_vm_name(vm_name), k_mac_key, mac.str());
}

ClientText read_client_text(std::string_view description) {
  ClientText read;
  const std::size_t end =
      std::min({description.find(k_mac_key), description.find(k_user_key), description.find(k_pid_key)});
  read.name = description.substr(0, end);
  if (auto mac = MacAddress::parse(word_after(description, k_mac_key)))
    read.mac = std::move(mac).value();
  read.user = word_after(description, k_user_key);
  if (const auto pid = parse_number<pid_t>(word_after(description, k_pid_key)))
    read.pid = *pid;
  return read;
}

} // namespace vdeup
