#pragma once

#include "model/ip_address.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vdeup {

/// How a switch reaches the outside.
enum class UplinkKind {
  bridge, ///< by a TAP on a Linux bridge
  nat,    ///< by a TAP on a bridge of its own, which this host masquerades
  slirp,  ///< by user-mode NAT, a process of the owner's that takes no privilege
  none,   ///< not at all: VMs reach each other
};

/// The word for it: `bridge`, `nat`, `slirp`, `none`.
[[nodiscard]] std::string_view word_for(UplinkKind kind);
[[nodiscard]] std::optional<UplinkKind> parse_uplink(std::string_view word);

/// The network behind slirp, as libslirp has it by default.
namespace slirp {
inline constexpr std::string_view k_network = "10.0.2.0/24";
inline constexpr std::string_view k_gateway = "10.0.2.2";      ///< this host; also gives addresses by DHCP
inline constexpr std::string_view k_first_guest = "10.0.2.15"; ///< the address that the first VM gets
inline constexpr unsigned k_leases = 16; ///< how many it gives; none comes back (NB_BOOTP_CLIENTS, bootp.h)
} // namespace slirp

/// A port of this host behind which a port of a guest is.
struct Forward {
  enum class Protocol { tcp, udp };

  Protocol protocol = Protocol::tcp;
  IpAddress host_address; ///< IPv4, where the host listens; 127.0.0.1 unless somebody says otherwise
  std::uint16_t host_port = 0;
  IpAddress guest_address; ///< IPv4, in the network behind slirp
  std::uint16_t guest_port = 0;

  /// Read `tcp:[HOSTADDR:]HOSTPORT:[GUESTADDR:]GUESTPORT`, or the same with `udp`. Errors: usage.
  [[nodiscard]] static Result<Forward> parse(std::string_view text);
  /// `tcp:127.0.0.1:8080:10.0.2.15:80`
  [[nodiscard]] std::string text() const;
  /// True if both want the same port of the host, wherever they lead to.
  [[nodiscard]] bool has_host_port_of(const Forward& other) const;
  bool operator==(const Forward&) const = default;
};

/// Say which of the `wanted` forwards are not among those that are there.
[[nodiscard]] std::vector<Forward> missing_forwards(const std::vector<Forward>& there,
                                                    const std::vector<Forward>& wanted);

/// Join forwards: those that are there, unless a wanted one takes their port of the host, then the wanted.
[[nodiscard]] std::vector<Forward> join_forwards(const std::vector<Forward>& there,
                                                 const std::vector<Forward>& wanted);

/// The process that joins a switch to the outside by user-mode NAT.
struct SlirpUplink {
  pid_t pid = 0; ///< observed only
  std::vector<Forward> forwards{};
};

} // namespace vdeup
