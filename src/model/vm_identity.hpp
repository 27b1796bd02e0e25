#pragma once

#include "model/names.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace vdeup {

/// Derive the address of a VM's NIC: 52:54:00, as QEMU's own, and three bytes that stay the same for this
/// host, owner, VM name and NIC. `attempt` gives other addresses where one is taken.
[[nodiscard]] MacAddress vm_address(std::string_view host_seed, uid_t owner, std::string_view vm_name,
                                    unsigned nic, unsigned attempt);

/// The name of a VM in letters that are safe everywhere: others become `_`, and 40 of them are enough.
[[nodiscard]] std::string safe_vm_name(std::string_view name);

/// What a VM calls itself at its port of a switch: `NAME mac=52:54:00:12:34:56`. The address is there from
/// the first moment, before the guest has sent anything, so that no other VM takes it.
struct PortLabel {
  std::string vm_name;
  MacAddress mac;
  [[nodiscard]] std::string text() const;
};

/// What can be read from the text at a port, which its client has chosen; the last words are libvdeplug's.
struct ClientText {
  std::string name; ///< all before the first ` key=value`
  std::optional<MacAddress> mac{};
  std::string user{};
  std::optional<pid_t> pid{};
};
[[nodiscard]] ClientText read_client_text(std::string_view description);

} // namespace vdeup
