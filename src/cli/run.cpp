#include "base/signal_hold.hpp"
#include "base/text.hpp"
#include "cli/capability_cache.hpp"
#include "cli/commands.hpp"
#include "cli/ensure.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"
#include "model/vm_identity.hpp"
#include "process/command.hpp"
#include "qemu/line.hpp"
#include "qemu/old_options.hpp"
#include "vde/attach.hpp"
#include "vde/session.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace vdeup::cli {
namespace {

constexpr std::chrono::seconds k_attach_patience{3};

/// A launch on its way from the command line to exec.
struct Launch {
  std::string program;      ///< resolved
  std::string program_word; ///< as the user wrote it: QEMU's argv[0]
  qemu::Capabilities qemu;
  qemu::Line line;
  plan::Request request;
  bool is_guest =
      false; ///< the switch is another user's, who shares it: then nothing of it is made or mended
  std::vector<vde::Attachment> attachments{};
  std::vector<qemu::Connected> connected{};
};

/// True if a socket directory is another ordinary user's.
bool belongs_to_another(const std::string& dir) {
  struct stat status {};
  return ::lstat(dir.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid != 0 &&
         status.st_uid != ::geteuid();
}

/// A switch that the line names itself, instead of the one of the settings. Where all NICs name the same one
/// and its console can be told from its name, the whole network is made there.
void adopt_socket_of_line(Invocation& call, const qemu::Line& line) {
  if (call.choice.socket || line.nics.empty() || !line.nics.front().socket)
    return;
  const std::string& socket = *line.nics.front().socket;
  const bool all_the_same = std::all_of(line.nics.begin(), line.nics.end(),
                                        [&socket](const qemu::VdeNic& nic) { return nic.socket == socket; });
  if (!all_the_same || (!call.choice.mgmt && !config::mgmt_beside(socket)))
    return;
  call.choice.socket = socket;
}

Result<Launch> prepare(Invocation call, const config::FileSettings& files) {
  TRY(auto program, process::find_program(call.program.front()));
  auto capabilities = capabilities_of(program);
  auto words = qemu::translate_old_options({call.program.begin() + 1, call.program.end()},
                                           {capabilities.version, ::access("/dev/kvm", F_OK) == 0});
  TRY(auto line, qemu::analyse(std::move(words.args)));
  adopt_socket_of_line(call, line);
  TRY(auto request, make_request(call, files));
  if (request.scope.owner.uid != ::geteuid() && !line.nics.empty())
    return fail(Error{
        ErrorKind::usage, "run works for its caller only",
        fmt::format("-u names {}", request.scope.owner.name),
        fmt::format("run it as that user: `sudo -u {} vdeup run …`", shell_quote(request.scope.owner.name))});
  if (line.vm_name.empty())
    line.vm_name = called_as(program);
  for (const std::string& change : words.changes)
    fmt::print(stderr, "vdeup: {}\n", change);
  const bool is_guest = belongs_to_another(request.scope.sockets.dir.str());
  return Launch{std::move(program), call.program.front(), std::move(capabilities),
                std::move(line),    std::move(request),   is_guest};
}

bool is_on_own_switch(const qemu::VdeNic& nic, const Scope& scope) {
  if (!nic.socket)
    return true;
  const auto named = SocketPath::directory(*nic.socket);
  return named && named.value() == scope.sockets.dir;
}

bool uses_own_switch(const Launch& launch) {
  if (launch.is_guest)
    return false;
  return std::any_of(launch.line.nics.begin(), launch.line.nics.end(),
                     [&](const qemu::VdeNic& nic) { return is_on_own_switch(nic, launch.request.scope); });
}

/// The socket directory of the switch that a NIC is to be attached to.
Result<SocketPath> switch_of(const qemu::VdeNic& nic, const Scope& scope) {
  if (is_on_own_switch(nic, scope))
    return scope.sockets.dir;
  return SocketPath::directory(*nic.socket);
}

std::vector<MacAddress> addresses_in_use(const Switch& vde_switch) {
  std::vector<MacAddress> used;
  for (const std::string& client : vde_switch.clients())
    if (const auto mac = read_client_text(client).mac)
      used.push_back(*mac);
  return used;
}

/// The address of a NIC: the line's own, else the first derived one that no VM on the switch has.
MacAddress choose_address(const Launch& launch, const Wiring& wiring, std::size_t nic,
                          std::vector<MacAddress>& used) {
  if (const auto& given = launch.line.nics[nic].mac)
    return *given;
  for (unsigned attempt = 0;; ++attempt) {
    const MacAddress mac = vm_address(wiring.host_seed(), launch.request.scope.owner.uid, launch.line.vm_name,
                                      static_cast<unsigned>(nic), attempt);
    if (std::find(used.begin(), used.end(), mac) != used.end())
      continue;
    used.push_back(mac);
    return mac;
  }
}

Error cannot_attach(std::string cause) {
  return Error{ErrorKind::refused, "cannot attach the VM", std::move(cause),
               "`vdeup ports` lists who is attached"};
}

/// A full switch, or a port that it does not have, keeps a client waiting for ever, so it is asked first
/// (vde-facts fact 6).
Result<> check_free_ports(const Launch& launch, const Switch& vde_switch) {
  std::size_t wanted = 0;
  for (const qemu::VdeNic& nic : launch.line.nics) {
    if (!nic.has_connection() || !is_on_own_switch(nic, launch.request.scope))
      continue;
    ++wanted;
    if (nic.port.value_or(0) >= vde_switch.port_limit)
      return fail(cannot_attach(fmt::format("there is no port {}: the ports of the switch {} go from 1 to {}",
                                            *nic.port, launch.request.scope.sockets.dir.str(),
                                            vde_switch.port_limit - 1)));
  }
  const auto taken = static_cast<std::size_t>(
      std::count_if(vde_switch.ports.begin(), vde_switch.ports.end(),
                    [](const SwitchPort& port) { return port.number != 0 && !port.endpoints.empty(); }));
  const std::size_t usable = vde_switch.port_limit - 1; // port 0 is special
  if (taken + wanted <= usable)
    return ok();
  return fail(cannot_attach(fmt::format("{} of the {} ports of the switch {} are taken", taken, usable,
                                        launch.request.scope.sockets.dir.str())));
}

Result<> attach_all(Launch& launch, const Wiring& wiring, const Switch& vde_switch) {
  auto used = addresses_in_use(vde_switch);
  for (std::size_t i = 0; i < launch.line.nics.size(); ++i) {
    const qemu::VdeNic& nic = launch.line.nics[i];
    TRY(auto dir, switch_of(nic, launch.request.scope));
    const MacAddress mac = choose_address(launch, wiring, i, used);
    if (!nic.has_connection() || launch.qemu.best_backend() == qemu::Backend::vde) {
      launch.connected.push_back({.mac = mac, .socket = dir.str()});
      continue;
    }
    vde::AttachOptions options{.description = PortLabel{launch.line.vm_name, mac}.text(),
                               .port = nic.port.value_or(0),
                               .group = nic.group};
    if (nic.mode)
      options.mode = *nic.mode;
    TRY(auto attachment, vde::attach(dir, options, Deadline::after(k_attach_patience)));
    launch.connected.push_back({attachment.data.get(), mac});
    launch.attachments.push_back(std::move(attachment));
  }
  return ok();
}

/// Make the network exist and take the ports, all under the lock, so that no cancel comes in between.
Result<> connect(Launch& launch, const Wiring& wiring) {
  const SignalHold hold;
  if (!uses_own_switch(launch))
    return attach_all(launch, wiring, {});
  TRY(auto lock, lock_switch(launch.request.scope));
  auto ensured = ensure(wiring, launch.request, false);
  if (!ensured) {
    release_unused(std::move(lock), launch.request.scope);
    return fail(std::move(ensured).error());
  }
  TRY(auto session, vde::Session::open(launch.request.scope, Deadline::after(k_attach_patience)));
  TRY(check_free_ports(launch, session.state()));
  return attach_all(launch, wiring, session.state());
}

std::vector<std::string> final_line(const Launch& launch) {
  auto words = qemu::rewrite(launch.line, launch.connected, launch.qemu.best_backend(),
                             qemu::choose_model(called_as(launch.program), launch.line, launch.qemu));
  words.insert(words.begin(), launch.program_word);
  return words;
}

std::vector<std::string> environment_for(const Scope& scope) {
  std::vector<std::string> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text{*variable};
    if (!text.starts_with("QEMUSOCK=") && !text.starts_with("QEMUMGMT="))
      environment.emplace_back(text);
  }
  environment.push_back("QEMUSOCK=" + scope.sockets.dir.str());
  environment.push_back("QEMUMGMT=" + scope.sockets.mgmt.str());
  return environment;
}

Result<int> become_program(const Launch& launch, const std::vector<std::string>& words) {
  for (const vde::Attachment& attachment : launch.attachments) {
    TRY(set_inheritable(attachment.data.get(), true));
    TRY(set_inheritable(attachment.control.get(), true));
  }
  (void)std::fflush(nullptr); // what we printed must not be lost with our memory
  return fail(process::exec_in_place(launch.program, words, environment_for(launch.request.scope)));
}

/// Say what would be done. The numbers of descriptors and a derived address that is taken can turn out
/// otherwise; nothing is connected for a look.
Result<int> print_dry_run(Launch& launch, const Wiring& wiring, bool json) {
  Plan plan;
  std::vector<MacAddress> used;
  if (uses_own_switch(launch)) {
    TRY(auto ensured, ensure(wiring, launch.request, true));
    plan = std::move(ensured.plan);
    used = addresses_in_use(ensured.network.vde_switch);
  }
  constexpr int first_fd = 10;
  for (std::size_t i = 0; i < launch.line.nics.size(); ++i) {
    TRY(auto dir, switch_of(launch.line.nics[i], launch.request.scope));
    launch.connected.push_back(
        {first_fd + 2 * static_cast<int>(i), choose_address(launch, wiring, i, used), dir.str()});
  }
  const auto words = final_line(launch);
  if (!json) {
    print_plan(plan);
    fmt::print("{}\n", shell_line(words));
    return 0;
  }
  auto answer = json_answer("run");
  answer["plan"] = to_json(plan);
  answer["argv"] = boost::json::array(words.begin(), words.end());
  print_json(answer);
  return 0;
}

} // namespace

Result<int> run_command(const Context& context) {
  const Invocation& call = context.call;
  TRY(auto launch, prepare(call, context.files));
  if (launch.line.nics.empty() && !call.dry_run)
    return become_program(launch, final_line(launch));
  TRY(auto wiring, Wiring::connect(context.log));
  if (call.dry_run)
    return print_dry_run(launch, wiring, call.json);
  TRY(connect(launch, wiring));
  return become_program(launch, final_line(launch));
}

} // namespace vdeup::cli
