#include "launch/launch.hpp"

#include "base/text.hpp"
#include "launch/capability_cache.hpp"
#include "launch/ctys_machine.hpp"
#include "launch/nic_addresses.hpp"
#include "launch/prefix.hpp"
#include "launch/profile_lookup.hpp"
#include "launch/program.hpp"
#include "process/command.hpp"
#include "process/held_process.hpp"
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

/// How this program was called, up to the words that it is to run.
std::vector<std::string> own_words(const std::vector<std::string>& program) {
  auto words = process::command_line_of(::getpid());
  if (words.size() < program.size() ||
      !std::equal(program.begin(), program.end(), words.end() - static_cast<std::ptrdiff_t>(program.size())))
    return {};
  words.resize(words.size() - program.size());
  return words;
}

/// What is executed, and QEMU behind it.
struct Programs {
  std::string first;
  std::vector<std::string> command; ///< up to QEMU
  std::string emulator;
};

/// Take what is in front of QEMU's arguments off the words.
Result<Programs> take_programs(std::vector<std::string>& words, const std::vector<std::string>& program) {
  auto at = find_program_word(words, {});
  if (!at)
    at = find_program_word(words, own_words(program)); // for the hint
  if (!at)
    return fail(std::move(at).error());
  const auto end = words.begin() + static_cast<std::ptrdiff_t>(at.value()) + 1;
  Programs programs{.command = {words.begin(), end}};
  words.erase(words.begin(), end);
  TRY(programs.emulator, process::find_program(programs.command.back()));
  TRY(programs.first, process::find_program(programs.command.front()));
  return programs;
}

/// The lane of each NIC: what its profile says of it, else what the caller says of all. A profile's NIC
/// without a model gets that of a NIC that is added.
std::vector<Lane> lanes_of(qemu::Line& line, const std::vector<config::LaneById>& named, Lane usual) {
  std::vector<Lane> lanes;
  for (qemu::VdeNic& nic : line.nics) {
    lanes.push_back(usual);
    if (!nic.place.backend)
      continue;
    const auto id = qemu::OptionValue::parse(line.args.at(*nic.place.backend)).get("id");
    for (const config::LaneById& lane : named) {
      if (lane.id != id)
        continue;
      if (lane.lane == config::NicLane::tap)
        lanes.back() = Lane::tap;
      nic.wants_default_model = lane.wants_default_model;
    }
  }
  return lanes;
}

/// The words for QEMU, in the words of this QEMU.
std::vector<std::string> modern_words(std::vector<std::string> words, bool strict,
                                      const qemu::Capabilities& capabilities, const Log& log) {
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

/// A board without a NIC gets none that nobody wrote.
void drop_impossible_nic(qemu::Line& line, const std::string& emulator) {
  const bool is_added = line.nics.size() == 1 && line.nics.front().place.form == qemu::Place::Form::added &&
                        !line.nics.front().socket;
  if (is_added && qemu::has_board_without_nic(called_as(emulator), line))
    line.nics.clear();
}

} // namespace

bool names_own_switch(const Scope& scope, const qemu::VdeNic& nic) {
  if (!nic.socket)
    return true;
  const auto named = SocketPath::directory(*nic.socket);
  return named && named.value() == scope.sockets.dir;
}

bool goes_to_own_switch(const Launch& launch, const qemu::VdeNic& nic) {
  return !launch.is_guest && names_own_switch(launch.request.scope, nic);
}

qemu::NicModel chosen_model(const Launch& launch) {
  return qemu::choose_model(called_as(launch.emulator), launch.line, launch.qemu,
                            launch.options.nic_model.value_or(""));
}

Result<Launch> prepare(const LaunchOrder& order, const Log& log) {
  TRY(auto described, described_line(order));
  TRY(auto programs, take_programs(described.words, order.program));
  auto capabilities = capabilities_of(programs.emulator);
  TRY(auto line,
      qemu::analyse(modern_words(std::move(described.words), order.options.strict, capabilities, log)));
  drop_impossible_nic(line, programs.emulator);
  auto choice = order.choice;
  adopt_socket_of_line(choice, line);
  TRY(auto request, order.make_request(choice));
  if (line.vm_name.empty())
    line.vm_name = called_as(programs.emulator);
  Launch launch{.program = std::move(programs.first),
                .command = std::move(programs.command),
                .emulator = std::move(programs.emulator),
                .qemu = std::move(capabilities),
                .line = std::move(line),
                .request = std::move(request),
                .options = order.options};
  launch.lanes = lanes_of(launch.line, described.lanes, order.options.lane);
  launch.is_guest = belongs_to_another(launch.request.scope.sockets.dir.str());
  TRY(check_owner(launch));
  TRY(check_foreground(launch));
  return launch;
}

} // namespace vdeup::launch
