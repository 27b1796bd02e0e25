#include "nicmove/record.hpp"

#include "base/number.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace vdeup::nicmove {
namespace {

constexpr std::string_view k_version = "vdeup-nic-transaction 1";
constexpr std::string_view k_told = "told ";  // and a step, a line each
constexpr std::string_view k_end = "\nend\n"; // of a NicMove
constexpr std::size_t k_boot_id_size = 36;

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

bool is_boot_id(std::string_view text) {
  return text.size() == k_boot_id_size && std::all_of(text.begin(), text.end(), [](char c) {
           return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
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

std::optional<std::string_view> take_field(std::string_view& text, std::string_view name) {
  return take_prefix(text, name) ? take_until(text, "\n") : std::nullopt;
}

Result<std::optional<NicMove>> take_move(std::string_view& text) {
  if (text.empty())
    return std::optional<NicMove>{};
  const std::size_t end = text.find(k_end);
  if (end == std::string_view::npos)
    return fail(broken("it was cut short"));
  TRY(auto move, parse_nic_move(text.substr(0, end + k_end.size())));
  text.remove_prefix(end + k_end.size());
  return std::optional{std::move(move)};
}

} // namespace

Result<Place> Place::here() {
  TRY(auto boot, read_boot_id());
  TRY(auto number, namespace_number());
  return Place{std::move(boot), number};
}

std::string to_text(const Record& record) {
  std::string text = fmt::format("{}\nboot {}\nnamespace {}\n", k_version, record.place.boot,
                                 record.place.network_namespace);
  std::string told = to_text(record.told);
  for (std::string_view rest = told; !rest.empty();)
    text += fmt::format("{}{}\n", k_told, *take_until(rest, "\n"));
  text += to_text(record.move);
  if (record.back)
    text += to_text(*record.back);
  return text;
}

Result<Record> parse_record(std::string_view text) {
  if (take_until(text, "\n") != k_version)
    return fail(broken("it is not one, or of another version"));
  const auto boot = take_field(text, "boot ");
  const auto number = take_field(text, "namespace ");
  if (!boot || !is_boot_id(*boot) || !number)
    return fail(broken("its head is not in order"));
  const auto network_namespace = parse_number<decltype(Place::network_namespace)>(*number);
  if (!network_namespace)
    return fail(broken("the number of its namespace is none"));
  Place place{std::string{*boot}, *network_namespace};
  std::string told;
  while (const auto step = take_field(text, k_told))
    told += fmt::format("{}\n", *step);
  TRY(auto steps, parse_manager_steps(told));
  TRY(auto move, take_move(text));
  TRY(auto back, take_move(text));
  if (!move || !text.empty())
    return fail(broken("it has too little or too much"));
  return Record{std::move(place), *std::move(move), std::move(steps), std::move(back)};
}

} // namespace vdeup::nicmove
