#include "nat/forwarding.hpp"

#include "base/unique_fd.hpp"
#include "kernel/sysctl.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>

namespace vdeup::nat {
namespace {

using kernel::read_sysctl;
using kernel::write_sysctl;

constexpr const char* k_ip4_forward = "ipv4/ip_forward";
constexpr const char* k_ip6_forward = "ipv6/conf/all/forwarding";
constexpr const char* k_ip4_redirects = "ipv4/conf/all/accept_redirects";
constexpr const char* k_ip4_interfaces = "ipv4/conf";
constexpr const char* k_ip6_interfaces = "ipv6/conf";
constexpr const char* k_forwarding = "forwarding";
constexpr const char* k_accept_ra = "accept_ra";
constexpr const char* k_tag = "tag";

// What the tag of a bridge says.
constexpr int k_ip4_was_off = 1;
constexpr int k_ip6_was_off = 2;
constexpr int k_redirects_bit = 4;

/// Listen to routers unless forwarding is on, and listen to them anyway.
constexpr int k_if_no_router = 1;
constexpr int k_always = 2;

/// Change a value if it is the one that is expected; an interface may have gone meanwhile.
Result<> change_value(const std::string& name, int from, int to) {
  if (read_sysctl(name) != from)
    return ok();
  auto written = write_sysctl(name, std::to_string(to));
  if (!written && written.error().kind() == ErrorKind::missing)
    return ok();
  return written;
}

std::string name_of(const char* interfaces, const std::string& interface, const char* key) {
  return fmt::format("{}/{}/{}", interfaces, interface, key);
}

/// The interfaces whose key has this value, without "all", which is no interface.
InterfaceNames interfaces_with(const char* interfaces, const char* key, int value) {
  InterfaceNames names;
  const UniqueDirectory directory{::opendir(fmt::format("/proc/sys/net/{}", interfaces).c_str())};
  if (!directory)
    return names;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string name{entry->d_name};
    if (name != "." && name != ".." && name != "all" && read_sysctl(name_of(interfaces, name, key)) == value)
      names.insert(name);
  }
  return names;
}

/// Those of them that still have a value.
InterfaceNames still_with(const InterfaceNames& names, const char* interfaces, int value) {
  InterfaceNames found;
  for (const std::string& name : names)
    if (read_sysctl(name_of(interfaces, name, k_forwarding)) == value)
      found.insert(name);
  return found;
}

/// To forward no more is said to all; those that did before are told otherwise again.
Result<> stop_family(const char* forward, const char* interfaces, const InterfaceNames& were_on) {
  const InterfaceNames go_on = still_with(were_on, interfaces, 1);
  TRY(change_value(forward, 1, 0));
  for (const std::string& name : go_on) {
    TRY(change_value(name_of(interfaces, name, k_forwarding), 0, 1));
  }
  return ok();
}

Result<> stop_ip4(const ForwardingRecord& record) {
  const bool stay_off = record.redirects_were_off && read_sysctl(k_ip4_redirects) == 0;
  TRY(stop_family(k_ip4_forward, k_ip4_interfaces, record.ip4_was_on));
  if (stay_off) {
    TRY(change_value(k_ip4_redirects, 1, 0));
  }
  return ok();
}

} // namespace

void ForwardingRecord::merge(const ForwardingRecord& other) {
  ip4_was_off = ip4_was_off || other.ip4_was_off;
  ip6_was_off = ip6_was_off || other.ip6_was_off;
  redirects_were_off = redirects_were_off || other.redirects_were_off;
  ip4_was_on.insert(other.ip4_was_on.begin(), other.ip4_was_on.end());
  ip6_was_on.insert(other.ip6_was_on.begin(), other.ip6_was_on.end());
  accept_ra_was_1.insert(other.accept_ra_was_1.begin(), other.accept_ra_was_1.end());
}

ForwardingRecord read_bridge_note(const std::string& bridge) {
  const int tag = read_sysctl(name_of(k_ip4_interfaces, bridge, k_tag)).value_or(0);
  return {.ip4_was_off = (tag & k_ip4_was_off) != 0,
          .ip6_was_off = (tag & k_ip6_was_off) != 0,
          .redirects_were_off = (tag & k_redirects_bit) != 0};
}

Result<> write_bridge_note(const std::string& bridge, const ForwardingRecord& record) {
  const int tag = (record.ip4_was_off ? k_ip4_was_off : 0) | (record.ip6_was_off ? k_ip6_was_off : 0) |
                  (record.redirects_were_off ? k_redirects_bit : 0);
  const std::string name = name_of(k_ip4_interfaces, bridge, k_tag);
  const auto now = read_sysctl(name);
  return now ? change_value(name, *now, tag) : ok();
}

bool has_ip6() {
  return read_sysctl("ipv6/conf/all/disable_ipv6") == 0;
}

bool forwards_packets(bool ip6) {
  return read_sysctl(ip6 ? k_ip6_forward : k_ip4_forward).value_or(0) != 0;
}

namespace {

ForwardingRecord look_at_forwarding(bool with_ip6, const InterfaceNames& private_bridges) {
  ForwardingRecord record;
  if (!forwards_packets(false)) {
    record.ip4_was_off = true;
    record.redirects_were_off = read_sysctl(k_ip4_redirects) == 0;
    record.ip4_was_on = interfaces_with(k_ip4_interfaces, k_forwarding, 1);
  }
  if (with_ip6 && !forwards_packets(true)) {
    record.ip6_was_off = true;
    record.ip6_was_on = interfaces_with(k_ip6_interfaces, k_forwarding, 1);
    for (const std::string& name : interfaces_with(k_ip6_interfaces, k_accept_ra, k_if_no_router))
      if (!record.ip6_was_on.contains(name) && !private_bridges.contains(name))
        record.accept_ra_was_1.insert(name);
  }
  return record;
}

} // namespace

// The kernel switches all together first, and then one interface after the other: what is seen of that while
// somebody else does so is nothing that was before. It has been seen when it is seen twice.
ForwardingRecord observe_forwarding(bool with_ip6, const InterfaceNames& private_bridges) {
  constexpr int most_looks = 100;
  ForwardingRecord record = look_at_forwarding(with_ip6, private_bridges);
  for (int look = 1; look < most_looks; ++look) {
    ForwardingRecord again = look_at_forwarding(with_ip6, private_bridges);
    if (again == record)
      break;
    record = std::move(again);
  }
  return record;
}

Result<> start_forwarding(bool with_ip6, const ForwardingRecord& record) {
  if (!forwards_packets(false)) {
    TRY(write_sysctl(k_ip4_forward, "1"));
  }
  if (!with_ip6 || forwards_packets(true))
    return ok();
  for (const std::string& name : record.accept_ra_was_1) {
    TRY(change_value(name_of(k_ip6_interfaces, name, k_accept_ra), k_if_no_router, k_always));
  }
  return write_sysctl(k_ip6_forward, "1");
}

// An interface that forwards again has the kernel forget default routes, as all together do: so listening to
// routers is what changes last.
Result<> stop_forwarding(const ForwardingRecord& record) {
  if (record.ip4_was_off) {
    TRY(stop_ip4(record));
  }
  if (record.ip6_was_off) {
    TRY(stop_family(k_ip6_forward, k_ip6_interfaces, record.ip6_was_on));
  }
  for (const std::string& name : record.accept_ra_was_1) {
    TRY(change_value(name_of(k_ip6_interfaces, name, k_accept_ra), k_always, k_if_no_router));
  }
  return ok();
}

} // namespace vdeup::nat
