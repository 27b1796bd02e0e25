#pragma once

#include "kernel/attributes.hpp"
#include "kernel/netlink.hpp"
#include "model/nic.hpp"

#include <concepts>
#include <type_traits>

namespace vdeup::kernel {

/// An interface that was looked up: a request names it by its index, so that another one that takes its name
/// is not touched.
struct Device {
  std::uint32_t index = 0;
  IfName name;
};

/// Puts a netlink message together and remembers whether all of it found room.
class MessageBuilder {
 public:
  template <class Header>
  MessageBuilder(int type, int flags, Header header) : m_message(make_message(type, flags)) {
    note(nlmsg_append(m_message.get(), &header, sizeof(header), NLMSG_ALIGNTO));
  }

  void put(int type, Bytes bytes) {
    note(nla_put(m_message.get(), type, static_cast<int>(bytes.size()), bytes.data()));
  }
  template <class Number>
  requires std::is_trivially_copyable_v<Number> &&
      (!std::convertible_to<Number, Bytes>)void put(int type, const Number& number) {
    note(nla_put(m_message.get(), type, sizeof(number), &number));
  }
  void put(int type, const char* text) { note(nla_put_string(m_message.get(), type, text)); }
  void put(int type, const IpAddress& address) {
    put(type, Bytes{address.bytes6()}.first(address.is_ip6() ? k_ip6_size : k_ip4_size));
  }
  void put(const std::vector<RawAttribute>& attributes) {
    for (const RawAttribute& attribute : attributes)
      put(attribute.type, Bytes{attribute.bytes});
  }
  /// Put the attributes that `fill` puts into a nest. Returns where its bytes begin, for who has to mend
  /// them.
  template <class Fill>
  void nest(int type, Fill fill) {
    nlattr* start = nla_nest_start(m_message.get(), type);
    if (start == nullptr)
      return note(-1);
    fill();
    note(nla_nest_end_keep_empty(m_message.get(), start));
  }
  /// Make room for a structure that is no attribute; null if there is none.
  template <class T>
  T* reserve() {
    auto* place = static_cast<T*>(nlmsg_reserve(m_message.get(), sizeof(T), NLMSG_ALIGNTO));
    note(place == nullptr ? -1 : 0);
    return place;
  }
  /// Where the message ends so far.
  [[nodiscard]] const std::uint8_t* end() const {
    return static_cast<const std::uint8_t*>(nlmsg_tail(nlmsg_hdr(m_message.get())));
  }

  /// Send it and wait for the acknowledgement. Errors: failed if it did not fit into one message.
  [[nodiscard]] Result<> request(Netlink& netlink, const std::string& what) const {
    if (m_is_full)
      return fail(Error{ErrorKind::failed, what, "it does not fit into one message", {}});
    return netlink.request(m_message, what);
  }
  [[nodiscard]] const Message& message() const { return m_message; }

 private:
  static constexpr std::size_t k_ip4_size = 4;
  static constexpr std::size_t k_ip6_size = 16;

  void note(int code) { m_is_full = m_is_full || code < 0; }

  Message m_message;
  bool m_is_full = false;
};

/// Read an address of a family; nothing if there is none or its size is wrong.
[[nodiscard]] inline std::optional<IpAddress> ip_address_of(const nlattr* attribute) {
  const Bytes bytes = bytes_of(attribute);
  IpAddress::Bytes4 four{};
  IpAddress::Bytes6 sixteen{};
  if (bytes.size() == four.size()) {
    std::copy(bytes.begin(), bytes.end(), four.begin());
    return IpAddress{four};
  }
  if (bytes.size() != sixteen.size())
    return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), sixteen.begin());
  return IpAddress{sixteen};
}

/// Read an Ethernet address; nothing if there is none or its size is wrong.
[[nodiscard]] inline std::optional<MacAddress> mac_of(const nlattr* attribute) {
  const Bytes bytes = bytes_of(attribute);
  MacAddress::Bytes mac{};
  if (bytes.size() != mac.size())
    return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), mac.begin());
  return MacAddress{mac};
}

/// The address of a family that means "any".
[[nodiscard]] inline IpAddress any_address(bool is_ip6) {
  return is_ip6 ? IpAddress{IpAddress::Bytes6{}} : IpAddress{IpAddress::Bytes4{}};
}

/// Keep an attribute as it came.
[[nodiscard]] inline RawAttribute raw(const nlattr& attribute) {
  const Bytes bytes = bytes_of(&attribute);
  return {static_cast<std::uint16_t>(nla_type(&attribute)), {bytes.begin(), bytes.end()}};
}

/// Ask for a list and collect what `parse` makes of each message of the answer, a std::optional<T>.
template <class T, class Header, class Parse>
[[nodiscard]] Result<std::vector<T>> dump(Netlink& netlink, int type, Header header, Parse parse,
                                          const std::string& what) {
  return netlink.list<T>(MessageBuilder{type, NLM_F_DUMP, header}.message(), parse, what);
}

/// Make an error of this kind, which says that nothing is left to do, a success.
[[nodiscard]] inline Result<> tolerate(Result<> outcome, ErrorKind kind) {
  if (!outcome && outcome.error().kind() == kind)
    return ok();
  return outcome;
}

} // namespace vdeup::kernel
