#pragma once

#include "base/result.hpp"
#include "model/names.hpp"
#include "qemu/capabilities.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::qemu {

/// Where a NIC and its backend stand in a line, by the indices of the options' values.
struct Place {
  enum class Form {
    added,    ///< nowhere yet
    net_pair, ///< `-net nic` and `-net BACKEND`; one of them can be missing
    hub,      ///< the same, where a hub joins more than two; one of them can be missing
    netdev,   ///< `-netdev`, and `-device` or `-net nic,netdev=`
    nic,      ///< `-nic`
  };
  Form form = Form::added;
  std::optional<std::size_t> backend{};
  std::optional<std::size_t> front{};
  unsigned hub = 0; ///< the number of its hub, which until QEMU 3.0 was called vlan
};

/// A NIC of the VM that a QEMU line attaches to a VDE switch.
struct VdeNic {
  std::optional<std::string> socket{}; ///< the switch that the line names; none: the caller's own
  std::optional<std::string> group{};
  std::optional<unsigned> port{};
  std::optional<unsigned> mode{};  ///< octal on the line
  std::optional<MacAddress> mac{}; ///< the line's own
  Place place{};
  bool wants_default_model = false; ///< a `-nic` of a profile that leaves the model to us

  /// False for a NIC that needs an address only: a hub joins it to the connection of another one.
  [[nodiscard]] bool has_connection() const { return place.form != Place::Form::hub || place.backend; }
};

/// What a QEMU line says about networks.
struct Line {
  std::vector<std::string> args; ///< without argv[0] and without vdeq's own options
  std::vector<VdeNic> nics;      ///< to be connected by us; empty: the line wants no VDE network
  std::vector<Place> others{};   ///< other networks, written with the `vlan=` that QEMU 3.0 has removed
  std::string vm_name{};         ///< from -name, else from the disk; else empty
  std::string machine{};         ///< from -M or -machine; else empty
  bool only_asks = false;        ///< `-version`, `-device help`: it starts no VM
};

/// Find out which NICs of a line are to be attached to a switch. Pure.
///
/// A line that names no network at all gets one NIC; `-nic none` and `-net none` mean none. Other backends
/// are left alone, and so is vde with a URL (`slirp://`), which QEMU's own VDE support handles. A `-net nic`
/// without a backend is ours. N `-net nic` and N `-net vde` of one vlan are N pairs, in their order; any
/// other number is a hub, as QEMU has it. Of vdeq's options `-sock A,B` (`-vdesock`, `-unix`), each socket
/// is for one NIC, and `--mod` is the mode of all.
/// Errors: usage, naming the option, for what cannot be given a meaning.
[[nodiscard]] Result<Line> analyse(std::vector<std::string> args);

/// A TAP of the NIC's own, by the numbers under which QEMU inherits its queues.
struct TapQueues {
  std::vector<int> fds;
  std::vector<int> vhost_fds{}; ///< of /dev/vhost-net, as many or none
};

/// What a NIC gets: an address and, unless it shares one, a connection.
struct Connected {
  int fd = -1; ///< the number under which QEMU inherits the connection; not with Backend::vde or a TAP
  MacAddress mac;
  std::string socket{};           ///< the switch's locator, with Backend::vde: QEMU connects itself
  std::optional<TapQueues> tap{}; ///< instead of the connection to a switch
};

/// The model of a NIC, and the option that makes it.
struct NicModel {
  std::string name{};     ///< empty: what the machine has by default
  bool is_device = false; ///< made by `-device`: the machine takes no notice of `-net nic`

  bool operator==(const NicModel&) const = default;
};

/// Rewrite a line so that QEMU uses the connections; one for each of `line.nics`. Everything else stays
/// where and as it is, byte for byte. `model` is for a NIC that is added.
[[nodiscard]] std::vector<std::string> rewrite(const Line& line, const std::vector<Connected>& connected,
                                               Backend backend, const NicModel& model);

/// True if the board of a line has no place for a NIC that the line does not write.
[[nodiscard]] bool has_board_without_nic(std::string_view program_basename, const Line& line);

/// True if rewrite() gives one of the line's NICs this model.
[[nodiscard]] bool uses_model(const Line& line, const NicModel& model);

/// The model for a NIC that we add: virtio where the machine has it, else what the board has built in.
/// `wanted` is the user's choice, or empty.
[[nodiscard]] NicModel choose_model(std::string_view program_basename, const Line& line,
                                    const Capabilities& capabilities, const std::string& wanted = {});

} // namespace vdeup::qemu
