#include "qemu/line.hpp"
#include "qemu/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace vdeup::qemu {
namespace {

std::string backend_value(Backend backend, const std::string& id, int fd) {
  OptionValue value = OptionValue::parse(backend == Backend::dgram_fd ? "dgram" : "socket");
  value.set("id", id);
  if (backend == Backend::dgram_fd) {
    value.set("local.type", "fd");
    value.set("local.str", std::to_string(fd));
  } else {
    value.set("fd", std::to_string(fd));
  }
  return value.str();
}

/// Collects what is to be changed in a line and then prints it once.
class Rewriting {
 public:
  Rewriting(const Line& line, Backend backend, std::string model)
      : m_args(line.args), m_backend(backend), m_model(std::move(model)) {}

  void apply(const VdeNic& nic, const Connected& connected, const std::string& new_id) {
    switch (nic.form) {
    case VdeNic::Form::added:
      add_in_front("-netdev", backend_value(m_backend, new_id, connected.fd));
      add_front(new_id, connected.mac);
      break;
    case VdeNic::Form::net_pair:
      apply_pair(nic, connected, new_id);
      break;
    case VdeNic::Form::netdev:
      apply_netdev(nic, connected);
      break;
    case VdeNic::Form::nic:
      apply_nic(nic, connected, new_id);
      break;
    }
  }

  [[nodiscard]] std::vector<std::string> result() const {
    std::vector<std::string> words = m_in_front;
    for (std::size_t i = 0; i < m_args.size(); ++i) {
      words.push_back(m_args[i]);
      if (const auto more = m_after.find(i); more != m_after.end())
        words.insert(words.end(), more->second.begin(), more->second.end());
    }
    return words;
  }

 private:
  void add_in_front(std::string option, std::string value) {
    m_in_front.push_back(std::move(option));
    m_in_front.push_back(std::move(value));
  }

  /// The NIC that is added: `-net nic` puts it where the machine has its own. A microvm has no such place.
  void add_front(const std::string& id, const MacAddress& mac) {
    if (!m_model.ends_with("-device"))
      return add_in_front("-net", front_value(id, m_model, mac));
    OptionValue value = OptionValue::parse(m_model);
    value.set("netdev", id);
    value.set("mac", mac.str());
    add_in_front("-device", value.str());
  }

  void replace(std::size_t argument, std::string option, std::string value) {
    m_args.at(argument - 1) = std::move(option);
    m_args.at(argument) = std::move(value);
  }

  static std::string front_value(const std::string& id, const std::string& model, const MacAddress& mac) {
    OptionValue value = OptionValue::parse("nic");
    value.set("netdev", id);
    if (!model.empty())
      value.set("model", model);
    value.set("macaddr", mac.str());
    return value.str();
  }

  void apply_pair(const VdeNic& nic, const Connected& connected, const std::string& id) {
    const std::string backend = backend_value(m_backend, id, connected.fd);
    const bool has_backend = nic.front_argument != nic.argument;
    if (has_backend)
      replace(nic.argument, "-netdev", backend);
    else
      add_in_front("-netdev", backend);
    if (!nic.front_argument) {
      m_after[nic.argument] = {"-net", front_value(id, {}, connected.mac)};
      return;
    }
    OptionValue front = OptionValue::parse(m_args.at(*nic.front_argument));
    front.remove("vlan"); // gone since QEMU 3.0; netdev= says the same
    front.set("netdev", id);
    front.set("macaddr", connected.mac.str());
    m_args.at(*nic.front_argument) = front.str();
  }

  void apply_netdev(const VdeNic& nic, const Connected& connected) {
    const auto id = OptionValue::parse(m_args.at(nic.argument)).get("id").value_or("");
    m_args.at(nic.argument) = backend_value(m_backend, id, connected.fd);
    if (!nic.front_argument || nic.mac)
      return;
    OptionValue front = OptionValue::parse(m_args.at(*nic.front_argument));
    front.set(front.type() == "nic" ? "macaddr" : "mac", connected.mac.str());
    m_args.at(*nic.front_argument) = front.str();
  }

  /// `-nic` knows neither dgram nor fd= everywhere, so it is taken apart: the backend, and the NIC, which
  /// `-net nic` puts where the machine has its own, as `-nic` does.
  void apply_nic(const VdeNic& nic, const Connected& connected, const std::string& new_id) {
    const OptionValue old = OptionValue::parse(m_args.at(nic.argument));
    const std::string id = old.get("id").value_or(new_id);
    replace(nic.argument, "-netdev", backend_value(m_backend, id, connected.fd));
    m_after[nic.argument] = {"-net", front_value(id, old.get("model").value_or(""), connected.mac)};
  }

  std::vector<std::string> m_args;
  Backend m_backend;
  std::string m_model;
  std::vector<std::string> m_in_front{};
  std::map<std::size_t, std::vector<std::string>> m_after{};
};

} // namespace

namespace {

/// An id for a backend of ours that the line does not have already.
std::string unused_id(const std::vector<std::string>& args, std::size_t nic) {
  std::string id = fmt::format("vdeup{}", nic);
  const auto has_id = [&id](const std::string& word) { return word.find(id) != std::string::npos; };
  while (std::any_of(args.begin(), args.end(), has_id))
    id += "x";
  return id;
}

} // namespace

std::vector<std::string> rewrite(const Line& line, const std::vector<Connected>& connected, Backend backend,
                                 const std::string& model) {
  Rewriting rewriting{line, backend, model};
  for (std::size_t i = 0; i < line.nics.size(); ++i)
    rewriting.apply(line.nics[i], connected.at(i), unused_id(line.args, i));
  return rewriting.result();
}

std::string default_model(std::string_view program_basename, const Line& line) {
  const bool is_pc = program_basename == "qemu" || program_basename == "kvm" ||
                     program_basename == "qemu-kvm" || program_basename == "qemu-system-x86_64" ||
                     program_basename == "qemu-system-i386";
  const bool has_pci =
      line.machine.empty() || line.machine.starts_with("pc") || line.machine.starts_with("q35");
  if (is_pc && line.machine.starts_with("microvm"))
    return "virtio-net-device";
  return is_pc && has_pci ? "virtio" : "";
}

} // namespace vdeup::qemu
