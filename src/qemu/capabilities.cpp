#include "qemu/capabilities.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::qemu {
namespace {

/// Take the next line off a text.
std::string_view next_line(std::string_view& text) {
  std::string_view line = take_part(text, '\n');
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  return line;
}

/// `-netdev help`: a list with one backend on a line.
void read_netdevs(std::string_view help, Capabilities& found) {
  found.has_socket = help.empty();
  while (!help.empty()) {
    const std::string_view line = next_line(help);
    found.has_dgram = found.has_dgram || line == "dgram";
    found.has_socket = found.has_socket || line == "socket";
    found.has_vde = found.has_vde || line == "vde";
  }
}

/// The words in quotes after `name` and `alias` in `name "virtio-net-pci", bus PCI, alias "virtio-net"`.
std::string_view quoted_after(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos)
    return {};
  const std::size_t begin = at + key.size();
  return line.substr(begin, line.find('"', begin) - begin);
}

/// `-device help`: devices in sections, with an empty line between them.
void read_nic_models(std::string_view help, Capabilities& found) {
  bool is_in_section = false;
  while (!help.empty()) {
    const std::string_view line = next_line(help);
    if (!line.starts_with("name "))
      is_in_section = line == "Network devices:";
    if (!is_in_section)
      continue;
    for (const std::string_view key : {R"(name ")", R"(alias ")"})
      if (const auto model = quoted_after(line, key); !model.empty())
        found.nic_models.emplace_back(model);
  }
}

/// `QEMU emulator version 7.2.22 (Debian …)`, with `QEMU PC emulator` before 1.0.
Version read_version(std::string_view text) {
  constexpr std::string_view word = "version ";
  const std::size_t at = text.find(word);
  if (at == std::string_view::npos)
    return {};
  text.remove_prefix(at + word.size());
  const auto major = take_number<decltype(Version::major)>(text);
  if (!major || !text.starts_with('.'))
    return {};
  text.remove_prefix(1);
  const auto minor = take_number<decltype(Version::minor)>(text);
  return minor ? Version{*major, *minor} : Version{};
}

} // namespace

std::string Version::str() const {
  return fmt::format("{}.{}", major, minor);
}

Backend Capabilities::best_backend() const {
  if (has_dgram)
    return Backend::dgram_fd;
  return has_socket || !has_vde ? Backend::socket_fd : Backend::vde;
}

bool Capabilities::has_model(std::string_view name) const {
  return nic_models.empty() || std::find(nic_models.begin(), nic_models.end(), name) != nic_models.end();
}

Capabilities read_capabilities(const Answers& answers) {
  Capabilities found;
  read_netdevs(answers.netdev_help, found);
  read_nic_models(answers.device_help, found);
  found.version = read_version(answers.version);
  return found;
}

bool is_qemu_name(std::string_view basename) {
  return basename.starts_with("qemu-system-") || basename == "qemu" || basename == "kvm" ||
         basename == "qemu-kvm";
}

} // namespace vdeup::qemu
