#include "launch/launch.hpp"

#include "base/text.hpp"
#include "launch/capability_cache.hpp"
#include "launch/ctys_machine.hpp"
#include "launch/nic_addresses.hpp"
#include "launch/profile_lookup.hpp"
#include "launch/program.hpp"
#include "process/command.hpp"
#include "qemu/line_facts.hpp"
#include "qemu/old_options.hpp"
#include "qemu/options.hpp"
#include "qemu/words.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace vdeup::launch {
namespace {

/// True if a socket directory is another ordinary user's.
bool belongs_to_another(const std::string& dir) {
  struct stat status {};
  return ::lstat(dir.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid != 0 &&
         status.st_uid != ::geteuid();
}

/// A switch that the line names itself, instead of the one of the settings. Where all NICs name the same one
/// and its console can be told from its name, the whole network is made there.
void adopt_socket_of_line(config::Choice& choice, const qemu::Line& line) {
  if (choice.socket || line.nics.empty() || !line.nics.front().socket)
    return;
  const std::string& socket = *line.nics.front().socket;
  const bool all_the_same = std::all_of(line.nics.begin(), line.nics.end(),
                                        [&socket](const qemu::VdeNic& nic) { return nic.socket == socket; });
  if (!all_the_same || (!choice.mgmt && !config::mgmt_beside(socket)))
    return;
  choice.socket = socket;
}

/// The program and its arguments, from wherever they are described, and the lanes that a profile gives NICs.
Result<config::ProfileLine> described_line(const LaunchOrder& order) {
  const LaunchOptions& options = order.options;
  config::ProfileLine line;
  if (options.profile) {
    TRY(line, read_profile_line(*options.profile));
  } else if (options.ctys) {
    const auto environment = config::Environment::read();
    TRY(auto settled, config::settle(order.choice, environment, order.files));
    const SwitchSockets& sockets = settled.scope.sockets;
    TRY(line.words, read_ctys_line({.file = *options.ctys,
                                    .sock_base = config::socket_base(environment, order.files),
                                    .socket = sockets.dir.str(),
                                    .mgmt = sockets.mgmt.str()}));
  }
  line.words.insert(line.words.end(), order.program.begin(), order.program.end());
  return line;
}

/// The lane of each NIC: what its profile says of it, else what the caller says of all.
std::vector<Lane> lanes_of(const qemu::Line& line, const std::vector<config::LaneById>& named, Lane usual) {
  std::vector<Lane> lanes;
  for (const qemu::VdeNic& nic : line.nics) {
    lanes.push_back(usual);
    if (!nic.place.backend)
      continue;
    const auto id = qemu::OptionValue::parse(line.args.at(*nic.place.backend)).get("id");
    for (const config::LaneById& lane : named)
      if (lane.id == id && lane.lane == config::NicLane::tap)
        lanes.back() = Lane::tap;
  }
  return lanes;
}

/// The words for QEMU, in the words of this QEMU.
std::vector<std::string> modern_words(std::vector<std::string> words, bool strict,
                                      const qemu::Capabilities& capabilities, const Log& log) {
  words.erase(words.begin());
  if (strict)
    return words;
  auto translated =
      qemu::translate_old_options(std::move(words), {capabilities.version, ::access("/dev/kvm", F_OK) == 0});
  for (const std::string& change : translated.changes)
    log.warn(change);
  return std::move(translated.args);
}

Result<> check_owner(const Launch& launch) {
  const Identity& owner = launch.request.scope.owner;
  if (owner.uid == ::geteuid() || launch.line.nics.empty())
    return ok();
  return fail(Error{ErrorKind::usage, "run works for its caller only", fmt::format("-u names {}", owner.name),
                    fmt::format("run it as that user: `sudo -u {} vdeup run …`", shell_quote(owner.name))});
}

/// Who carries the frames of a VM has to be there as long as the VM.
Result<> check_foreground(const Launch& launch) {
  if (!launch.options.reconnect || !qemu::goes_to_background(qemu::read_words(launch.line.args)))
    return ok();
  return fail(Error{ErrorKind::usage, "cannot use --reconnect with -daemonize",
                    "it stays beside the VM, and a VM in the background has left it",
                    "leave out -daemonize, and run the whole line in the background: `vdeup run … &`"});
}

} // namespace

Result<Launch> prepare(const LaunchOrder& order, const Log& log) {
  TRY(auto described, described_line(order));
  const std::string word = described.words.front();
  TRY(auto program, process::find_program(word));
  auto capabilities = capabilities_of(program);
  TRY(auto line,
      qemu::analyse(modern_words(std::move(described.words), order.options.strict, capabilities, log)));
  auto choice = order.choice;
  adopt_socket_of_line(choice, line);
  TRY(auto request, order.make_request(choice));
  if (line.vm_name.empty())
    line.vm_name = called_as(program);
  Launch launch{std::move(program), word,         std::move(capabilities), std::move(line),
                std::move(request), order.options};
  launch.lanes = lanes_of(launch.line, described.lanes, order.options.lane);
  launch.is_guest = belongs_to_another(launch.request.scope.sockets.dir.str());
  TRY(check_owner(launch));
  TRY(check_foreground(launch));
  return launch;
}

} // namespace vdeup::launch
