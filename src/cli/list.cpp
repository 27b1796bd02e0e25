#include "base/accounts.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "config/settings.hpp"
#include "model/access.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace vdeup::cli {
namespace {

/// A socket directory as it stands there; nothing behind it is asked.
struct Row {
  std::string path;
  std::string user;
  std::string group;
  std::string access;
};

std::optional<Row> read_row(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) < 0 || !S_ISDIR(status.st_mode))
    return std::nullopt;
  return Row{path, user_name(status.st_uid), group_name(status.st_gid), mode_text(status.st_mode)};
}

std::vector<Row> find_switches(const std::string& base) {
  constexpr std::string_view prefix = "vde_switch0.";
  std::vector<Row> rows;
  const UniqueDirectory directory{::opendir(base.c_str())};
  while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
    if (!std::string_view{entry->d_name}.starts_with(prefix))
      continue;
    if (auto row = read_row(base + "/" + entry->d_name))
      rows.push_back(std::move(*row));
  }
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.path < b.path; });
  return rows;
}

std::string host_name() {
  std::array<char, 256> name{};
  (void)::gethostname(name.data(), name.size() - 1);
  return name.data();
}

void print_for_people(const std::vector<Row>& rows) {
  fmt::print("{:<40}|{:<12}|{:<12}|{:<12}|{}\n", "switch", "UID", "GID", "access", "machine-address");
  const std::string host = host_name();
  for (const Row& row : rows)
    fmt::print("{:<40}|{:<12}|{:<12}|{:<12}|{}\n", printable(row.path), row.user, row.group, row.access,
               printable(host));
}

} // namespace

Result<int> list_command(const Context& context) {
  const Invocation& call = context.call;
  const auto rows = find_switches(config::socket_base(config::Environment::read(), context.files));
  if (!call.json) {
    print_for_people(rows);
    return 0;
  }
  auto answer = json_answer("list");
  boost::json::array switches;
  for (const Row& row : rows)
    switches.push_back(boost::json::object{
        {"socket", printable(row.path)}, {"user", row.user}, {"group", row.group}, {"access", row.access}});
  answer["host"] = host_name();
  answer["switches"] = std::move(switches);
  print_json(answer);
  return 0;
}

} // namespace vdeup::cli
