#include "qemu/hubs.hpp"
#include "qemu/line.hpp"
#include "qemu/line_facts.hpp"
#include "qemu/net_option.hpp"
#include "qemu/vdeq_options.hpp"
#include "qemu/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::qemu {
namespace {

using Form = Place::Form;

/// A backend, and the NIC of the guest that names it.
Result<VdeNic> read_netdev(const NetOption& option, const std::vector<NetOption>& options) {
  TRY(auto nic, read_vde(option, {.form = Form::netdev, .backend = option.argument()}));
  const auto id = option.get("id");
  if (!id)
    return fail(option.bad("it has no id", "add id=NAME, and netdev=NAME to its -device"));
  for (const NetOption& front : options) {
    if (!front.is_front_of(*id))
      continue;
    nic.place.front = front.argument();
    TRY(auto mac, front.address());
    nic.mac = mac;
  }
  return nic;
}

Result<VdeNic> read_nic(const NetOption& option) {
  TRY(auto nic, read_vde(option, {.form = Form::nic, .backend = option.argument()}, {"model", "mac"}));
  TRY(auto mac, option.address());
  nic.mac = mac;
  return nic;
}

Result<HubNetworks> read_networks(const std::vector<NetOption>& options) {
  TRY(auto networks, read_hubs(options));
  for (const NetOption& option : options) {
    if (!option.is_vde() || option.name() == "net")
      continue;
    TRY(auto nic, option.name() == "nic" ? read_nic(option) : read_netdev(option, options));
    networks.nics.push_back(std::move(nic));
  }
  const bool names_a_network = std::any_of(options.begin(), options.end(),
                                           [](const NetOption& option) { return option.name() != "device"; });
  if (!names_a_network)
    networks.nics.emplace_back();
  return networks;
}

bool has_backend(const VdeNic& nic) {
  return nic.place.backend.has_value();
}

/// Give vdeq's sockets to the NICs that have no backend: the first to the first, the last to all that remain.
/// A socket for which there is no NIC gets one.
Result<> distribute(const VdeqOptions& options, std::vector<VdeNic>& nics) {
  if (options.sockets.empty() && !options.mode)
    return ok();
  if (!options.sockets.empty() && std::any_of(nics.begin(), nics.end(), has_backend))
    return fail(Error{ErrorKind::usage, "cannot use '-sock'", "the line names its vde networks itself",
                      "leave out -sock, and write the socket as sock=PATH"});
  nics.resize(std::max(nics.size(), options.sockets.size()));
  for (std::size_t i = 0; i < nics.size(); ++i) {
    if (!options.sockets.empty())
      nics[i].socket = options.sockets[std::min(i, options.sockets.size() - 1)];
    if (!nics[i].mode)
      nics[i].mode = options.mode;
  }
  return ok();
}

} // namespace

Result<Line> analyse(std::vector<std::string> args) {
  TRY(auto vdeq, take_vdeq_options(args));
  const auto words = read_words(args);
  Line line{.vm_name = find_vm_name(args, words),
            .machine = find_machine(args, words),
            .only_asks = only_asks(args, words)};
  if (!line.only_asks && line.machine != "none") { // a machine without anything has no place for a NIC
    TRY(auto options, NetOption::read_all(args, words));
    TRY(auto networks, read_networks(options));
    TRY(distribute(vdeq, networks.nics));
    line.nics = std::move(networks.nics);
    line.others = std::move(networks.others);
  }
  line.args = std::move(args);
  return line;
}

} // namespace vdeup::qemu
