#include "nicmove/record_store.hpp"

#include "base/call_timer.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace vdeup::nicmove {
namespace {

constexpr mode_t k_directory_mode = 0755;
constexpr mode_t k_file_mode = 0600;
constexpr std::size_t k_max_record = std::size_t{4} << 20;

std::string_view suffix_of(RecordStore::Kind kind) {
  constexpr std::array<std::string_view, 3> suffixes{"open", "kept", "rolled_back"};
  return suffixes.at(static_cast<std::size_t>(kind));
}

bool is_ours(const struct stat& status) {
  const bool has_a_trusted_owner = status.st_uid == ::geteuid() || status.st_uid == 0;
  return has_a_trusted_owner && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

Result<std::string> read_all(int file, const std::string& path) {
  std::string text;
  std::array<char, 4096> part{};
  for (;;) {
    const ssize_t size = ::read(file, part.data(), part.size());
    if (size < 0)
      return fail(errno_error(errno, fmt::format("cannot read {}", path)));
    if (size == 0)
      return text;
    text.append(part.data(), static_cast<std::size_t>(size));
    if (text.size() > k_max_record)
      return fail(Error{ErrorKind::refused, fmt::format("cannot read {}", path), "it is too long", {}});
  }
}

Result<> write_all(int file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t size = ::write(file, text.data(), text.size());
    if (size < 0)
      return fail(errno_error(errno, fmt::format("cannot write {}", path)));
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  if (::fsync(file) < 0)
    return fail(errno_error(errno, fmt::format("cannot write {}", path)));
  return ok();
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(&address.sun_path[0], sizeof(address.sun_path) - 1);
  return address;
}

} // namespace

Result<std::optional<RecordStore>> RecordStore::open(bool make, const char* directory) {
  const std::string what = fmt::format("cannot use {}", directory);
  if (make && ::mkdir(directory, k_directory_mode) < 0 && errno != EEXIST)
    return fail(errno_error(errno, what, "there the way back is written down before a NIC is moved"));
  UniqueFd opened{::open(directory, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (!opened && errno == ENOENT && !make)
    return std::optional<RecordStore>{};
  struct stat status {};
  if (!opened || ::fstat(opened.get(), &status) < 0)
    return fail(errno_error(errno, what));
  if (!is_ours(status))
    return fail(Error{ErrorKind::refused, what, "somebody else can write there", {}});
  TRY(auto network, NetworkId::current());
  return std::optional{RecordStore{std::move(opened), directory, std::move(network)}};
}

Result<> RecordStore::lock(const Deadline& deadline) {
  const std::string what = fmt::format("cannot lock {}/{}", m_path, file("lock"));
  UniqueFd lock{::openat(m_directory.get(), file("lock").c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
                         k_file_mode)};
  if (!lock)
    return fail(errno_error(errno, what));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) < 0) {
    const CallTimer timer{deadline};
    int locked = -1;
    do // the timer's signal ends the wait
      locked = ::flock(lock.get(), LOCK_EX);
    while (locked < 0 && errno == EINTR && !deadline.is_over());
    if (locked < 0)
      return fail(Error{ErrorKind::timed_out, what,
                        "another call moves a NIC, or waits for the confirmation of a move",
                        "`vdeup confirm` keeps that move, `vdeup undo` takes it back"});
  }
  m_lock = std::move(lock);
  return ok();
}

Result<std::optional<Record>> RecordStore::read(Kind kind) const {
  const UniqueFd opened{::openat(m_directory.get(), file(suffix_of(kind)).c_str(),
                                 O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
  if (!opened && errno == ENOENT)
    return std::optional<Record>{};
  struct stat status {};
  if (!opened || ::fstat(opened.get(), &status) < 0)
    return fail(errno_error(errno, fmt::format("cannot read {}", path(kind))));
  if (!is_ours(status) || !S_ISREG(status.st_mode))
    return fail(Error{
        ErrorKind::refused, fmt::format("will not use {}", path(kind)), "somebody else can write it", {}});
  TRY(auto text, read_all(opened.get(), path(kind)));
  auto record = parse_record(text);
  if (!record) {
    Error error = std::move(record).error();
    error.set_hints(
        fmt::format("`mv {0} {0}.broken` clears the way; look at `ip address` first", path(kind)));
    return fail(std::move(error));
  }
  if (record.value().network != m_network) // of an earlier boot: /run was kept, and nothing else
    return std::optional<Record>{};
  return std::optional{std::move(record).value()};
}

Result<> RecordStore::write(const Record& record) const {
  const std::string text = to_text(record);
  if (text.size() > k_max_record) // it could not be read back
    return fail(Error{ErrorKind::refused,
                      fmt::format("cannot write {}", path(Kind::open)),
                      "too many routes and addresses go through this NIC",
                      {}});
  const std::string fresh = file("new");
  (void)::unlinkat(m_directory.get(), fresh.c_str(), 0); // of one that died while it wrote
  const UniqueFd opened{::openat(m_directory.get(), fresh.c_str(),
                                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, k_file_mode)};
  if (!opened)
    return fail(errno_error(errno, fmt::format("cannot write {}", path(Kind::open))));
  TRY(write_all(opened.get(), text, path(Kind::open)));
  if (::renameat(m_directory.get(), fresh.c_str(), m_directory.get(), file("open").c_str()) < 0)
    return fail(errno_error(errno, fmt::format("cannot write {}", path(Kind::open))));
  const UniqueFd directory{::openat(m_directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!directory || ::fsync(directory.get()) < 0)
    return fail(errno_error(errno, fmt::format("cannot write {}", path(Kind::open))));
  return ok();
}

void RecordStore::remove(Kind kind) const {
  (void)::unlinkat(m_directory.get(), file(suffix_of(kind)).c_str(), 0);
}

bool RecordStore::has(Kind kind) const {
  return ::faccessat(m_directory.get(), file(suffix_of(kind)).c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

Result<> RecordStore::rename_open(Kind kind) const {
  if (::renameat(m_directory.get(), file("open").c_str(), m_directory.get(), file(suffix_of(kind)).c_str()) <
      0)
    return fail(errno_error(errno, fmt::format("cannot rename {}", path(Kind::open))));
  return ok();
}

Result<UniqueFd> RecordStore::listen() const {
  remove_confirm_socket();
  const sockaddr_un address = address_of(fmt::format("{}/{}", m_path, file("confirm")));
  UniqueFd socket{::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  const int waiting = 4;
  if (!socket || ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0 ||
      ::fchmodat(m_directory.get(), file("confirm").c_str(), k_file_mode, 0) < 0 ||
      ::listen(socket.get(), waiting) < 0)
    return fail(errno_error(errno, "cannot wait for a confirmation"));
  return socket;
}

Result<std::optional<UniqueFd>> RecordStore::connect() const {
  const sockaddr_un address = address_of(fmt::format("{}/{}", m_path, file("confirm")));
  UniqueFd socket{::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (socket && ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0)
    return std::optional{std::move(socket)};
  if (errno == ENOENT || errno == ECONNREFUSED)
    return std::optional<UniqueFd>{};
  if (errno == EAGAIN) // as many as fit are there already
    return fail(Error{ErrorKind::timed_out, "cannot confirm", "the watchdog does not answer", {}});
  return fail(errno_error(errno, "cannot confirm"));
}

void RecordStore::remove_confirm_socket() const {
  (void)::unlinkat(m_directory.get(), file("confirm").c_str(), 0);
}

std::string RecordStore::path(Kind kind) const {
  return fmt::format("{}/{}", m_path, file(suffix_of(kind)));
}

std::string RecordStore::file(std::string_view suffix) const {
  return fmt::format("nic-{}.{}", m_network.network_namespace, suffix);
}

} // namespace vdeup::nicmove
