#pragma once

#include "base/identity.hpp"
#include "engine/lane.hpp"
#include "model/step.hpp"
#include "model/vm_tap.hpp"
#include "privilege/nic_request.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace vdeup::privilege {

// Theory of operation of the helper's protocol.
//
// 1. The channel is a pair of SOCK_SEQPACKET sockets that the client makes; the helper has the other end as
//    its standard input. One message is one request, of at most 4096 bytes, or one reply, of at most 64 KiB;
//    a request that is longer, or not exactly of the form below, is answered with an error and changes
//    nothing.
// 2. A message is a line of words, one blank between two, which begins with the version. Text that can have
//    blanks is hexadecimal behind an `x`. One value has one form.
// 3. The client greets, and the answer shows that the helper serves. Then there is one reply to each request.
// 4. No message says for whom something is to be done, nor under whose mark: it is for the caller, whom the
//    helper knows from the kernel.
// 5. Before the reply to a request about a NIC there can come notes, which are for people.
// 6. The reply to a request for a VM's TAP says how many descriptors follow; they come in as many messages as
//    that takes, by SCM_RIGHTS. Descriptors that a client sends are never received.
// 7. A reply that would be too long leaves out whole hints from the end, of a note whole lines, and says how
//    many: half a command is none. The longest real ones, a host full of firewalls, take a third of it.

inline constexpr std::size_t k_max_request = 4096;
inline constexpr std::size_t k_max_reply = 64U << 10U;
inline constexpr unsigned k_max_fds = 64; ///< in one message
inline constexpr unsigned k_max_queues = 256;
inline constexpr unsigned k_max_probes = 32;
inline constexpr unsigned k_max_seconds = 24 * 3600; ///< to prove a NIC's move, and to confirm it

struct Greeting {
  bool operator==(const Greeting&) const = default;
};
/// May the caller have one more TAP, on this bridge?
struct TapQuestion {
  IfName bridge;
  bool operator==(const TapQuestion&) const = default;
};
/// May the caller have a private network behind this bridge, and would it lead outside?
struct NatQuestion {
  IfName bridge;
  bool operator==(const NatQuestion&) const = default;
};
/// Are the rules of the caller's private network behind this bridge there?
struct NatRulesQuestion {
  IfName bridge;
  NatMark mark;
  bool operator==(const NatRulesQuestion&) const = default;
};
using Request = std::variant<Greeting, TapQuestion, NatQuestion, NatRulesQuestion, LinkStep, NatStep,
                             VmTapPlan, NicRequest>;

/// Write a request. Errors: refused for a step that is not on the helper's handler.
[[nodiscard]] Result<std::string> write_request(const Request& request);
/// Read a request that `caller` has sent. Errors: usage if it is not exactly of the form.
[[nodiscard]] Result<Request> read_request(std::string_view message, const Identity& caller);

/// What became of a request.
struct Reply {
  std::optional<Error> error{};
  std::optional<std::string> note{}; ///< for people; another reply follows
  std::optional<MovedNic> moved{};   ///< the move of a NIC that was made
  std::optional<IfName> tap{};       ///< the name of a VM's TAP, and how many descriptors follow
  unsigned queues = 0;
  unsigned vhost = 0;
  bool is_no = false; ///< the answer to NatRulesQuestion
};

/// Write a reply, of k_max_reply bytes at most.
[[nodiscard]] std::string write_reply(const Reply& reply);
/// Errors: usage if it is not exactly of the form.
[[nodiscard]] Result<Reply> read_reply(std::string_view message);

} // namespace vdeup::privilege
