#pragma once

#include "base/result.hpp"
#include "model/names.hpp"
#include "qemu/capabilities.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vdeup::qemu {

/// A NIC of the VM that a QEMU line attaches to a VDE switch.
struct VdeNic {
  std::optional<std::string> socket{}; ///< the switch that the line names; none: the caller's own
  std::optional<std::string> group{};
  std::optional<unsigned> port{};
  std::optional<unsigned> mode{};  ///< octal on the line
  std::optional<MacAddress> mac{}; ///< the line's own

  /// Where it stands in the line; see rewrite().
  enum class Form { added, net_pair, netdev, nic };
  Form form = Form::added;
  std::size_t argument = 0;                    ///< index of the option's value that names the backend
  std::optional<std::size_t> front_argument{}; ///< index of the value of `-net nic` or `-device`, if any
};

/// What a QEMU line says about networks.
struct Line {
  std::vector<std::string> args; ///< without argv[0], as given
  std::vector<VdeNic> nics;      ///< to be connected by us; empty: the line wants no VDE network
  std::string vm_name;           ///< from -name, else from the disk; else empty
  std::string machine;           ///< from -M or -machine; else empty
};

/// Find out which NICs of a line are to be attached to a switch. Pure.
///
/// A line that names no network at all gets one NIC; `-nic none` and `-net none` mean none. Other backends
/// are left alone, and so is `-netdev vde` with a URL (`slirp://`), which QEMU's own VDE support handles.
/// Errors: usage, naming the option, for what cannot be given a meaning.
[[nodiscard]] Result<Line> analyse(std::vector<std::string> args);

/// What a NIC gets: an open connection and an address.
struct Connected {
  int fd = -1; ///< the number under which QEMU inherits the connection
  MacAddress mac;
};

/// Rewrite a line so that QEMU uses the connections; one for each of `line.nics`. Everything else stays
/// where and as it is, byte for byte. `model` is the NIC model for a NIC that is added; empty: the machine's.
[[nodiscard]] std::vector<std::string> rewrite(const Line& line, const std::vector<Connected>& connected,
                                               Backend backend, const std::string& model);

/// The NIC model for a NIC that we add: virtio for a PC with PCI, else what the machine has by default, which
/// fits every board.
[[nodiscard]] std::string default_model(std::string_view program_basename, const Line& line);

} // namespace vdeup::qemu
