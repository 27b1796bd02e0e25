#include "firewall/legacy_tables.hpp"

#include "base/unique_fd.hpp"

#include <linux/in.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

namespace vdeup::firewall {
namespace {

constexpr int k_max_attempts = 10;
constexpr std::uint32_t k_largest_table = 64U << 20U; // some 400,000 rules
constexpr const char* k_cannot_read_legacy = "cannot read the tables of iptables";

/// The two families differ in numbers, and the requests have the same structures.
struct Family {
  bool is_ip6;
  int domain;
  int level;
  int get_info;
  int get_entries;
  const char* names; ///< the tables that exist
};
constexpr std::array k_families{
    Family{false, AF_INET, IPPROTO_IP, IPT_SO_GET_INFO, IPT_SO_GET_ENTRIES, "/proc/net/ip_tables_names"},
    Family{true, AF_INET6, IPPROTO_IPV6, IP6T_SO_GET_INFO, IP6T_SO_GET_ENTRIES,
           "/proc/net/ip6_tables_names"}};
static_assert(sizeof(ipt_getinfo) == sizeof(ip6t_getinfo));
static_assert(offsetof(ipt_get_entries, entrytable) == offsetof(ip6t_get_entries, entrytable));
constexpr std::ptrdiff_t k_entries_at = offsetof(ipt_get_entries, entrytable);

/// The names of the tables that exist; none where the kernel has no such tables.
Result<std::vector<std::string>> list_names(const Family& family) {
  std::ifstream file{family.names};
  if (!file && errno != ENOENT)
    return fail(errno_error(errno, k_cannot_read_legacy));
  std::vector<std::string> names;
  for (std::string name; std::getline(file, name);)
    names.push_back(name);
  return names;
}

/// Both requests name the table first.
void put_name(char* field, const std::string& name) {
  name.copy(field, XT_TABLE_MAXNAMELEN - 1);
}

/// Asks for the tables of one family.
class Reader {
 public:
  Reader(UniqueFd socket, const Family& family) : m_socket(std::move(socket)), m_family(family) {}

  // iptables-legacy -t TABLE -S
  [[nodiscard]] Result<LegacyBlob> read(const std::string& table) const {
    for (int attempt = 1;; ++attempt) {
      auto read = read_once(table);
      if (read || !is_retryable(read.error().kind()) || attempt == k_max_attempts)
        return read;
    }
  }

 private:
  [[nodiscard]] Result<LegacyBlob> read_once(const std::string& table) const {
    TRY(auto info, get_info(table));
    TRY(auto entries, get_entries(info));
    LegacyBlob blob{
        .is_ip6 = m_family.is_ip6, .name = table, .hooks = info.valid_hooks, .entries = std::move(entries)};
    std::copy(std::begin(info.hook_entry), std::end(info.hook_entry), blob.begin.begin());
    std::copy(std::begin(info.underflow), std::end(info.underflow), blob.end.begin());
    return blob;
  }

  [[nodiscard]] Result<ipt_getinfo> get_info(const std::string& table) const {
    ipt_getinfo info{};
    put_name(info.name, table);
    socklen_t size = sizeof(info);
    if (::getsockopt(m_socket.get(), m_family.level, m_family.get_info, &info, &size) < 0)
      return fail(errno_error(errno, k_cannot_read_legacy));
    return info;
  }

  [[nodiscard]] Result<std::vector<std::uint8_t>> get_entries(const ipt_getinfo& info) const {
    if (info.size > k_largest_table)
      return fail(Error{ErrorKind::failed, k_cannot_read_legacy, "a table is larger than one can be", {}});
    std::vector<std::uint8_t> answer(k_entries_at + info.size);
    auto size = static_cast<socklen_t>(answer.size());
    put_name(reinterpret_cast<char*>(answer.data()), info.name);
    std::memcpy(answer.data() + offsetof(ipt_get_entries, size), &info.size, sizeof(info.size));
    if (::getsockopt(m_socket.get(), m_family.level, m_family.get_entries, answer.data(), &size) < 0) {
      const bool has_changed = errno == EAGAIN; // it has another size by now
      Error error = errno_error(errno, k_cannot_read_legacy);
      if (has_changed)
        error.set_kind(ErrorKind::conflict);
      return fail(std::move(error));
    }
    answer.erase(answer.begin(), answer.begin() + k_entries_at);
    return answer;
  }

  UniqueFd m_socket;
  const Family& m_family;
};

} // namespace

Result<std::vector<LegacyBlob>> read_legacy_tables() {
  std::vector<LegacyBlob> tables;
  for (const Family& family : k_families) {
    TRY(auto names, list_names(family));
    for (const std::string& name : names) {
      // Any socket of the family takes these requests; unlike a raw one this needs no CAP_NET_RAW.
      UniqueFd socket{::socket(family.domain, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
      if (!socket)
        return fail(errno_error(errno, k_cannot_read_legacy));
      auto table = Reader{std::move(socket), family}.read(name);
      if (!table && table.error().kind() == ErrorKind::missing)
        continue; // it has gone meanwhile
      TRY(auto found, std::move(table));
      tables.push_back(std::move(found));
    }
  }
  return tables;
}

} // namespace vdeup::firewall
