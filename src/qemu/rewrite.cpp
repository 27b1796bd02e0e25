#include "qemu/line.hpp"
#include "qemu/net_option.hpp"
#include "qemu/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace vdeup::qemu {
namespace {

using Words = std::vector<std::string>;

std::string value_of_vde(const VdeNic& nic, const std::string& id, const std::string& socket) {
  OptionValue value = OptionValue::parse("vde");
  value.set("id", id);
  if (!socket.empty())
    value.set("sock", socket);
  if (nic.port)
    value.set("port", std::to_string(*nic.port));
  if (nic.group)
    value.set("group", *nic.group);
  if (nic.mode)
    value.set("mode", fmt::format("0{:o}", *nic.mode)); // without the 0, QEMU reads it as decimal
  return value.str();
}

/// `fd=` for one, `fds=` with colons for several (qemu(1), -netdev tap).
void set_fds(OptionValue& value, const std::string& key, const std::vector<int>& fds) {
  value.set(fds.size() == 1 ? key : key + "s", fmt::format("{}", fmt::join(fds, ":")));
}

std::string value_of_tap(const TapQueues& tap, const std::string& id) {
  OptionValue value = OptionValue::parse("tap");
  value.set("id", id);
  set_fds(value, "fd", tap.fds);
  if (!tap.vhost_fds.empty()) {
    value.set("vhost", "on");
    set_fds(value, "vhostfd", tap.vhost_fds);
  }
  return value.str();
}

/// A virtio NIC takes notice of several queues only if it is told so. Two vectors for each pair of queues,
/// and two more for the device.
void set_queues(OptionValue& value, std::size_t queues) {
  if (queues < 2)
    return;
  if (!value.has("mq"))
    value.set("mq", "on");
  if (!value.has("vectors"))
    value.set("vectors", std::to_string(2 * queues + 2));
}

/// Collects what is to be changed in a line and then prints it once.
class Rewriting {
 public:
  Rewriting(const Line& line, Backend backend, NicModel model)
      : m_args(line.args), m_backend(backend), m_model(std::move(model)) {}

  void apply(const VdeNic& nic, const Connected& connected, const std::string& new_id) {
    switch (nic.place.form) {
    case Place::Form::added:
      add_in_front({"-netdev", backend_value(nic, connected, new_id)});
      add_in_front(added_front(m_model, new_id, connected));
      break;
    case Place::Form::net_pair:
      apply_pair(nic, connected, new_id);
      break;
    case Place::Form::hub:
      apply_hub(nic, connected, new_id);
      break;
    case Place::Form::netdev:
      apply_netdev(nic, connected);
      break;
    case Place::Form::nic:
      apply_nic(nic, connected, new_id);
      break;
    }
  }

  /// Write a network of somebody else without `vlan=`.
  void apply(const Place& other, const std::string& new_id) {
    if (other.form == Place::Form::hub)
      return join_hub(other, new_id);
    const std::string id = netdev_of_other(*other.backend, new_id);
    set_front(*other.front, id, nullptr);
  }

  [[nodiscard]] Words result() const {
    Words words = m_in_front;
    for (std::size_t i = 0; i < m_args.size(); ++i) {
      words.push_back(m_args[i]);
      if (const auto more = m_after.find(i); more != m_after.end())
        words.insert(words.end(), more->second.begin(), more->second.end());
    }
    return words;
  }

 private:
  [[nodiscard]] std::string backend_value(const VdeNic& nic, const Connected& connected,
                                          const std::string& id) const {
    if (connected.tap)
      return value_of_tap(*connected.tap, id);
    if (m_backend == Backend::vde)
      return value_of_vde(nic, id, connected.socket);
    OptionValue value = OptionValue::parse(m_backend == Backend::dgram_fd ? "dgram" : "socket");
    value.set("id", id);
    if (m_backend == Backend::dgram_fd)
      value.set("local.type", "fd");
    value.set(m_backend == Backend::dgram_fd ? "local.str" : "fd", std::to_string(connected.fd));
    return value.str();
  }

  void add_in_front(const Words& words) { m_in_front.insert(m_in_front.end(), words.begin(), words.end()); }

  void add_after(std::size_t argument, const Words& words) {
    Words& after = m_after[argument];
    after.insert(after.end(), words.begin(), words.end());
  }

  void replace(std::size_t argument, std::string option, std::string value) {
    m_args.at(argument - 1) = std::move(option);
    m_args.at(argument) = std::move(value);
  }

  [[nodiscard]] OptionValue value_at(std::size_t argument) const {
    return OptionValue::parse(m_args.at(argument));
  }

  /// A NIC that has no place yet: `-net nic` puts it where the machine has its own.
  static Words added_front(NicModel model, const std::string& id, const Connected& connected) {
    const std::size_t queues = connected.tap ? connected.tap->fds.size() : 1;
    if (queues > 1 && (model.name.empty() || model.name == "virtio"))
      model = {"virtio-net-pci", true}; // -net nic has no place for mq=
    OptionValue value = OptionValue::named(model.is_device ? model.name : "nic");
    value.set("netdev", id);
    if (!model.is_device && !model.name.empty())
      value.set("model", model.name);
    value.set(model.is_device ? "mac" : "macaddr", connected.mac.str());
    if (model.is_device)
      set_queues(value, queues);
    return {model.is_device ? "-device" : "-net", value.str()};
  }

  /// A `-net nic` of the line: netdev= says the same as vlan= did.
  void set_front(std::size_t argument, const std::string& netdev, const Connected* connected) {
    OptionValue front = value_at(argument);
    const std::string model = front.get("model").value_or(m_model.is_device ? "" : m_model.name);
    const bool is_multi_queue = connected != nullptr && connected->tap && connected->tap->fds.size() > 1 &&
                                (model.empty() || model == "virtio");
    if (connected != nullptr && !netdev.empty() &&
        (is_multi_queue || (m_model.is_device && !front.has("model")))) {
      const Words words = added_front(m_model, netdev, *connected);
      return replace(argument, words[0], words[1]);
    }
    front.remove("vlan");
    if (!netdev.empty())
      front.set("netdev", netdev);
    if (connected != nullptr)
      front.set("macaddr", connected->mac.str());
    m_args.at(argument) = front.str();
  }

  void apply_pair(const VdeNic& nic, const Connected& connected, const std::string& new_id) {
    const auto [form, backend, front, hub] = nic.place;
    const std::string id = backend ? value_at(*backend).get("id").value_or(new_id) : new_id;
    if (backend)
      replace(*backend, "-netdev", backend_value(nic, connected, id));
    else
      add_in_front({"-netdev", backend_value(nic, connected, id)});
    if (front)
      set_front(*front, id, &connected);
    else
      add_after(*backend, added_front(m_model, id, connected));
  }

  void apply_hub(const VdeNic& nic, const Connected& connected, const std::string& new_id) {
    const auto [form, backend, front, hub] = nic.place;
    if (backend) {
      const std::string id = value_at(*backend).get("id").value_or(new_id);
      replace(*backend, "-netdev", backend_value(nic, connected, id));
      add_hub_port(*backend, hub, new_id + "-port", id);
    }
    if (front)
      join_hub_front(*front, hub, new_id, &connected);
  }

  /// A backend or a NIC of somebody else. What has no `netdev=` is at hub 0 by itself.
  void join_hub(const Place& other, const std::string& new_id) {
    if (other.backend && other.hub == 0) {
      OptionValue value = value_at(*other.backend);
      value.remove("vlan");
      m_args.at(*other.backend) = value.str();
    } else if (other.backend) {
      const std::string id = netdev_of_other(*other.backend, new_id);
      add_hub_port(*other.backend, other.hub, new_id + "-port", id);
    }
    if (other.front)
      join_hub_front(*other.front, other.hub, new_id, nullptr);
  }

  void join_hub_front(std::size_t front, unsigned hub, const std::string& new_id,
                      const Connected* connected) {
    if (hub == 0)
      return set_front(front, {}, connected);
    add_hub_port(front, hub, new_id + "-nic", {});
    set_front(front, new_id + "-nic", connected);
  }

  void add_hub_port(std::size_t argument, unsigned hub, const std::string& id, const std::string& netdev) {
    OptionValue port = OptionValue::named("hubport");
    port.set("id", id);
    port.set("hubid", std::to_string(hub));
    if (!netdev.empty())
      port.set("netdev", netdev);
    add_after(argument, {"-netdev", port.str()});
  }

  /// Turn `-net user,vlan=1` into `-netdev user,id=…`, and give its id.
  std::string netdev_of_other(std::size_t argument, const std::string& new_id) {
    OptionValue value = value_at(argument);
    std::string id = value.get("id").value_or(new_id);
    value.remove("vlan");
    value.remove("name");
    value.set("id", id);
    replace(argument, "-netdev", value.str());
    return id;
  }

  void apply_netdev(const VdeNic& nic, const Connected& connected) {
    const NetOption option = option_at("netdev", *nic.place.backend);
    m_args.at(*nic.place.backend) = backend_value(nic, connected, option.get("id").value_or(""));
    if (!nic.place.front)
      return;
    const std::size_t front = *nic.place.front;
    const bool is_device = m_args.at(front - 1).ends_with("device");
    if (!nic.mac)
      m_args.at(front) = option_at(is_device ? "device" : "net", front).with_address(connected.mac);
    if (is_device && connected.tap && m_args.at(front).starts_with("virtio-net")) {
      OptionValue value = value_at(front);
      set_queues(value, connected.tap->fds.size());
      m_args.at(front) = value.str();
    }
  }

  /// An option that the analysis has read before.
  [[nodiscard]] NetOption option_at(std::string_view name, std::size_t argument) const {
    return NetOption::read(name, argument, m_args.at(argument)).value();
  }

  /// `-nic` knows neither dgram nor fd= everywhere, so it is taken apart: the backend, and the NIC, which
  /// `-net nic` puts where the machine has its own, as `-nic` does.
  void apply_nic(const VdeNic& nic, const Connected& connected, const std::string& new_id) {
    const std::size_t argument = *nic.place.backend;
    const OptionValue old = value_at(argument);
    const std::string id = old.get("id").value_or(new_id);
    replace(argument, "-netdev", backend_value(nic, connected, id));
    NicModel model{old.get("model").value_or("")};
    model.is_device = model.name.ends_with("-device"); // -net nic makes none of these
    if (model.name.empty() && (m_model.is_device || nic.wants_default_model))
      model = m_model;
    add_after(argument, added_front(model, id, connected));
  }

  Words m_args;
  Backend m_backend;
  NicModel m_model;
  Words m_in_front{};
  std::map<std::size_t, Words> m_after{};
};

/// An id for a backend of ours that the line does not have already.
std::string unused_id(const Words& args, std::string id) {
  const auto has_id = [&id](const std::string& word) { return word.find(id) != std::string::npos; };
  while (std::any_of(args.begin(), args.end(), has_id))
    id += "x";
  return id;
}

bool takes_model(const Line& line, const VdeNic& nic, const NicModel& model) {
  const auto [form, backend, front, hub] = nic.place;
  const auto has_model = [&line](std::optional<std::size_t> argument) {
    return OptionValue::parse(line.args.at(*argument)).has("model");
  };
  switch (form) {
  case Place::Form::added:
    return true;
  case Place::Form::net_pair:
    return !front || (model.is_device && !has_model(front));
  case Place::Form::hub:
    return front && hub != 0 && model.is_device && !has_model(front);
  case Place::Form::nic:
    return (nic.wants_default_model || model.is_device) && !has_model(backend);
  case Place::Form::netdev:
    return front && model.is_device && line.args.at(*front - 1).ends_with("net") && !has_model(front);
  }
  return false;
}

} // namespace

bool uses_model(const Line& line, const NicModel& model) {
  return std::any_of(line.nics.begin(), line.nics.end(),
                     [&](const VdeNic& nic) { return takes_model(line, nic, model); });
}

std::vector<std::string> rewrite(const Line& line, const std::vector<Connected>& connected, Backend backend,
                                 const NicModel& model) {
  Rewriting rewriting{line, backend, model};
  for (std::size_t i = 0; i < line.nics.size(); ++i)
    rewriting.apply(line.nics[i], connected.at(i), unused_id(line.args, fmt::format("vdeup{}", i)));
  for (std::size_t i = 0; i < line.others.size(); ++i)
    rewriting.apply(line.others[i], unused_id(line.args, fmt::format("vdeup-net{}", i)));
  return rewriting.result();
}

} // namespace vdeup::qemu
