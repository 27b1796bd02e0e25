#include "nicmove/record.hpp"

#include "base/unique_fd.hpp"
#include "model/nic_fields.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace vdeup {
namespace {

constexpr std::size_t k_boot_id_size = 36;

bool is_boot_id(const std::string& text) {
  return text.size() == k_boot_id_size && std::all_of(text.begin(), text.end(), [](char c) {
           return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

} // namespace

template <>
struct Fields<nicmove::NetworkId> {
  static constexpr std::tuple list{Field{"boot", &nicmove::NetworkId::boot, is_boot_id},
                                   Field{"network_namespace", &nicmove::NetworkId::network_namespace}};
};
template <>
struct Fields<nicmove::Record> {
  static constexpr std::tuple list{
      Field{"network", &nicmove::Record::network}, Field{"move", &nicmove::Record::move},
      Field{"told_managers", &nicmove::Record::told_managers}, Field{"undo", &nicmove::Record::undo}};
};

} // namespace vdeup

namespace vdeup::nicmove {
namespace {

constexpr TextForm k_form{.version = "vdeup-nic-transaction/2", .before_name = '\n'};
constexpr std::string_view k_end = "\nend\n";   // so that one that was cut short is told
constexpr std::size_t k_max_bytes = 16U << 20U; // far above what a host can have

Error broken(std::string_view what) {
  return Error{ErrorKind::refused, "cannot read the record of a NIC's move", std::string{what}, {}};
}

Result<std::string> read_boot_id() {
  constexpr const char* path = "/proc/sys/kernel/random/boot_id";
  const UniqueFd file{::open(path, O_RDONLY | O_CLOEXEC)};
  std::array<char, k_boot_id_size> text{};
  if (!file || ::read(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return fail(errno_error(errno, fmt::format("cannot read {}", path)));
  return std::string{text.begin(), text.end()};
}

/// Before Linux 5.14 a namespace has no cookie, only the number of its inode, which can be given again after
/// its end: by then the NIC of the record is gone with it.
Result<std::uint64_t> namespace_number() {
  const UniqueFd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  std::uint64_t cookie = 0;
  socklen_t size = sizeof(cookie);
  if (socket && ::getsockopt(socket.get(), SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) == 0)
    return cookie;
  struct stat status {};
  if (::stat("/proc/self/ns/net", &status) < 0)
    return fail(errno_error(errno, "cannot tell this network namespace from others"));
  return status.st_ino;
}

} // namespace

Result<NetworkId> NetworkId::current() {
  TRY(auto boot, read_boot_id());
  TRY(auto number, namespace_number());
  return NetworkId{std::move(boot), number};
}

std::string to_text(const Record& record) {
  return write_text(k_form, record).value_or("").append(k_end);
}

Result<Record> parse_record(std::string_view text) {
  if (text.size() > k_max_bytes || !text.ends_with(k_end))
    return fail(broken("it was cut short, or is no record"));
  auto record = read_text<Record>(k_form, text.substr(0, text.size() - k_end.size()));
  if (!record)
    return fail(broken(record.error().cause()));
  return record;
}

} // namespace vdeup::nicmove
