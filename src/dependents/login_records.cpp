#include "dependents/login_records.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <sys/sysmacros.h>
#include <utmpx.h>

#include <algorithm>
#include <cstring>
#include <set>

namespace vdeup::dependents {
namespace {

/// The line of a pseudo-terminal in utmp; empty for terminals of other kinds, which nobody uses from afar.
std::string line_of(std::uint32_t terminal) {
  constexpr unsigned first_major = 136; // UNIX98 pseudo-terminals have eight of them
  constexpr unsigned last_major = 143;
  constexpr unsigned each = 256;
  const unsigned major_number = major(terminal);
  if (major_number < first_major || major_number > last_major)
    return {};
  return fmt::format("pts/{}", (major_number - first_major) * each + minor(terminal));
}

/// utmp has four words in network order; IPv4 is the first of them alone.
std::optional<IpAddress> address_of(const utmpx& entry) {
  IpAddress::Bytes6 bytes{};
  std::memcpy(bytes.data(), entry.ut_addr_v6, bytes.size());
  if (bytes == IpAddress::Bytes6{})
    return std::nullopt;
  IpAddress::Bytes4 four{};
  std::copy_n(bytes.begin(), four.size(), four.begin());
  IpAddress::Bytes6 only_four{};
  std::copy(four.begin(), four.end(), only_four.begin());
  return bytes == only_four ? IpAddress{four} : IpAddress{bytes};
}

std::vector<LoginRecord> read_utmp(const FileTree& tree, const std::set<std::string>& lines) {
  std::vector<LoginRecord> records;
  const std::string file = tree.read("/run/utmp").value_or("");
  for (std::size_t at = 0; at + sizeof(utmpx) <= file.size(); at += sizeof(utmpx)) {
    utmpx entry{};
    std::memcpy(&entry, file.data() + at, sizeof(entry));
    const std::string line{entry.ut_line, ::strnlen(entry.ut_line, sizeof(entry.ut_line))};
    const auto peer = address_of(entry);
    if (entry.ut_type == USER_PROCESS && lines.contains(line) && peer)
      records.push_back({*peer, "a login", fmt::format("utmp says that {} is used from there", line)});
  }
  return records;
}

std::optional<LoginRecord> read_session(const FileTree& tree, const std::string& id) {
  const auto text = tree.read("/run/systemd/sessions/" + id);
  if (!text || value_of(*text, "REMOTE") != "1")
    return std::nullopt;
  const auto peer = IpAddress::parse(value_of(*text, "REMOTE_HOST").value_or(""));
  if (!peer) // a name: to look it up could take for ever, and sshd writes addresses
    return std::nullopt;
  return LoginRecord{peer.value(), printable(value_of(*text, "SERVICE").value_or("a login")),
                     fmt::format("systemd-logind says that session {} comes from there", id)};
}

} // namespace

std::vector<LoginRecord> find_login_records(const FileTree& tree, const process::ProcessTable& processes,
                                            const std::vector<process::Process>& ancestry) {
  std::set<std::string> lines;
  std::set<std::string> sessions;
  for (const process::Process& process : ancestry) {
    if (std::string line = line_of(process.terminal); !line.empty())
      lines.insert(std::move(line));
    if (auto id = processes.login_session(process.pid))
      sessions.insert(std::move(*id));
  }
  std::vector<LoginRecord> records = read_utmp(tree, lines);
  for (const std::string& id : sessions)
    if (auto record = read_session(tree, id))
      records.push_back(std::move(*record));
  return records;
}

} // namespace vdeup::dependents
