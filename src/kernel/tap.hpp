#pragma once

#include "base/identity.hpp"
#include "base/unique_fd.hpp"
#include "kernel/links.hpp"

#include <functional>
#include <string>

namespace vdeup::kernel {

/// What a new TAP is to be like, beside its owner.
struct TapProperties {
  std::uint32_t mtu = 1500;
  std::string alias;
  /// Asked when the TAP is there with all its properties, and not yet persistent: if it fails, it is gone.
  std::function<Result<>()> last_check{};
};

/// Make a persistent TAP (Documentation/networking/tuntap.rst). It becomes persistent in the very last call:
/// if anything fails or kills us before, the kernel removes it with our descriptor.
/// Errors: conflict if a device of that name exists, whoever's it is; not_permitted.
[[nodiscard]] Result<> create_tap(Netlink& netlink, const IfName& name, const Identity& owner,
                                  const TapProperties& properties);

/// Open a queue of a TUN device, which makes it if there is none of that name; `flags` as TUNSETIFF takes
/// them. The device is gone with its last queue unless it is made persistent. Errors: conflict with
/// IFF_TUN_EXCL if there is one.
[[nodiscard]] Result<UniqueFd> open_tap_queue(const IfName& name, short flags, const std::string& what);

/// The index of the device that a queue belongs to.
[[nodiscard]] Result<std::uint32_t> tap_index(int queue_fd, const IfName& name);

/// An address that never becomes the bridge's own: a bridge without a fixed address takes the lowest one
/// among its ports, and 0xfe is as high as a unicast address can begin (libvirt does the same).
[[nodiscard]] MacAddress high_address();

/// Delete a TAP as its owner, who needs no privilege for it: open it, make it non-persistent, close it.
/// `index` guards against another device that took the name meanwhile.
/// Errors: conflict if some process holds it open.
[[nodiscard]] Result<> delete_own_tap(const IfName& name, std::uint32_t index);

} // namespace vdeup::kernel
