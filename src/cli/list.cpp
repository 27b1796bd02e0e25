#include "base/accounts.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/json.hpp"
#include "cli/output.hpp"
#include "config/settings.hpp"
#include "model/access.hpp"
#include "vde/directories.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace vdeup::cli {
namespace {

constexpr mode_t k_permission_bits = 07777;

/// A line of the table: a switch, or with listall one of its sockets.
struct SocketRow {
  std::string path;
  std::string user;
  std::string group;
  std::string access;
  bool is_dangling = false;
};

SocketRow to_row(const vde::FileEntry& file, bool is_dangling = false) {
  return {file.path, user_name(file.uid), group_name(file.gid), mode_text(file.mode & k_permission_bits),
          is_dangling};
}

std::string host_name() {
  std::array<char, 256> name{};
  (void)::gethostname(name.data(), name.size() - 1);
  return name.data();
}

/// All that was found, as the table has it.
struct Listing {
  std::vector<vde::SwitchDirectory> switches;
  std::vector<vde::SocketEntry> clients;
  bool is_whole = false; ///< listall
};

Result<Listing> find(const Context& context) {
  TRY(auto places, config::switch_places(config::Environment::read(), context.files));
  std::vector<vde::SearchPlace> search;
  for (const config::SwitchPlace& place : places)
    search.push_back({place.prefix, place.suffix});
  Listing listing{.is_whole = context.call.command == CommandWord::listall};
  if (listing.is_whole)
    listing.clients = vde::find_client_sockets(search);
  const auto more = vde::system_places();
  search.insert(search.end(), more.begin(), more.end());
  listing.switches = vde::find_directories(search);
  if (context.call.choice.user) { // of one owner only
    TRY(auto owner, config::parse_owner(*context.call.choice.user));
    const uid_t uid = owner.user.uid;
    std::erase_if(listing.switches, [uid](const auto& found) { return found.file.uid != uid; });
    std::erase_if(listing.clients, [uid](const auto& found) { return found.file.uid != uid; });
  }
  for (vde::SwitchDirectory& found : listing.switches)
    if (listing.is_whole)
      found.sockets = vde::list_sockets(found.file.path);
  return listing;
}

std::vector<SocketRow> rows_of(const Listing& listing) {
  std::vector<SocketRow> rows;
  for (const vde::SwitchDirectory& found : listing.switches) {
    rows.push_back(to_row(found.file));
    for (const vde::SocketEntry& socket : found.sockets.value_or(std::vector<vde::SocketEntry>{}))
      rows.push_back(to_row(socket.file, socket.is_dangling));
  }
  for (const vde::SocketEntry& socket : listing.clients)
    rows.push_back(to_row(socket.file, socket.is_dangling));
  return rows;
}

void print_table(const std::vector<SocketRow>& rows, bool with_heading) {
  constexpr std::size_t narrowest = 30;
  std::size_t width = narrowest;
  for (const SocketRow& row : rows)
    width = std::max(width, printable(row.path).size());
  if (with_heading)
    fmt::print("{:<{}}|{:<12}|{:<12}|{:<12}|{}\n{:-<{}}+{:-<12}+{:-<12}+{:-<12}+{:-<15}\n", "switch", width,
               "UID", "GID", "access", "machine-address", "", width, "", "", "", "");
  const std::string host = host_name();
  for (const SocketRow& row : rows)
    fmt::print("{:<{}}|{:<12}|{:<12}|{:<12}|{}{}\n", printable(row.path), width, printable(row.user),
               printable(row.group), row.access, printable(host), row.is_dangling ? " (dangling)" : "");
}

void print_rows(const std::vector<SocketRow>& rows, bool is_whole) {
  const std::string host = host_name();
  for (const SocketRow& row : rows) {
    std::vector<std::string> fields{row.path, row.user, row.group, row.access, host};
    if (is_whole)
      fields.emplace_back(row.is_dangling ? "dangling" : "");
    print_row(fields);
  }
}

boost::json::object entry_json(const vde::FileEntry& file) {
  const SocketRow row = to_row(file);
  return {{"socket", printable(row.path)},
          {"user", printable(row.user)},
          {"uid", file.uid},
          {"group", printable(row.group)},
          {"access", row.access}};
}

boost::json::array sockets_json(const std::vector<vde::SocketEntry>& sockets) {
  return json_list(sockets, [](const vde::SocketEntry& socket) {
    auto entry = entry_json(socket.file);
    entry["dangling"] = socket.is_dangling;
    return entry;
  });
}

boost::json::object json_of(const Listing& listing) {
  auto answer = json_answer(listing.is_whole ? "listall" : "list");
  answer["host"] = printable(host_name());
  answer["switches"] = json_list(listing.switches, [&listing](const vde::SwitchDirectory& found) {
    auto entry = entry_json(found.file);
    if (listing.is_whole)
      entry["sockets"] = or_null(found.sockets, sockets_json);
    return entry;
  });
  if (listing.is_whole)
    answer["clients"] = sockets_json(listing.clients);
  return answer;
}

} // namespace

Result<int> list_command(const Context& context) {
  TRY(auto listing, find(context));
  if (context.call.json)
    print_json(json_of(listing));
  else if (context.call.terse)
    print_rows(rows_of(listing), listing.is_whole);
  else
    print_table(rows_of(listing), !context.call.no_heading);
  return 0;
}

} // namespace vdeup::cli
