#include "launch/connect.hpp"

#include "base/signal_hold.hpp"
#include "base/text.hpp"
#include "launch/nic_addresses.hpp"
#include "model/vde_locator.hpp"
#include "network/lock.hpp"
#include "network/settle_uplink.hpp"
#include "network/temporary.hpp"
#include "vde/session.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::launch {
namespace {

constexpr std::chrono::seconds k_attach_patience{3};

/// How one NIC is connected.
enum class NicConnection {
  shared,   ///< by the connection of another NIC of its hub
  own,      ///< to the switch that we look after
  foreign,  ///< to a switch that the line names, or that another user shares
  tap,      ///< to the bridge, by a TAP of its own
  by_itself ///< by QEMU: this one takes no descriptors
};

NicConnection connection_of(const Launch& launch, const qemu::VdeNic& nic) {
  const auto index = static_cast<std::size_t>(&nic - launch.line.nics.data());
  const bool is_own = goes_to_own_switch(launch, nic);
  if (!nic.has_connection())
    return NicConnection::shared;
  if (is_own && launch.lanes.at(index) == Lane::tap)
    return NicConnection::tap;
  if (launch.qemu.best_backend() == qemu::Backend::vde)
    return NicConnection::by_itself;
  return is_own ? NicConnection::own : NicConnection::foreign;
}

std::size_t count(const Launch& launch, NicConnection connection) {
  const auto& nics = launch.line.nics;
  return static_cast<std::size_t>(std::count_if(nics.begin(), nics.end(), [&](const qemu::VdeNic& nic) {
    return connection_of(launch, nic) == connection;
  }));
}

/// The switch has to exist if a NIC goes to it, whoever connects.
bool needs_switch(const Launch& launch) {
  const auto& nics = launch.line.nics;
  return std::any_of(nics.begin(), nics.end(), [&](const qemu::VdeNic& nic) {
    const NicConnection connection = connection_of(launch, nic);
    return connection == NicConnection::own ||
           (connection == NicConnection::by_itself && goes_to_own_switch(launch, nic));
  });
}

/// The socket directory of the switch that a NIC is to be attached to.
Result<SocketPath> switch_of(const Launch& launch, const qemu::VdeNic& nic) {
  if (names_own_switch(launch.request.scope, nic))
    return launch.request.scope.sockets.dir;
  return SocketPath::directory(*nic.socket);
}

Error cannot_attach(std::string cause) {
  return Error{ErrorKind::refused, "cannot attach the VM", std::move(cause),
               "`vdeup ports` lists who is attached"};
}

/// A client waits for ever for a port of a full switch, or for one that the switch does not have: checked
/// first.
Result<> check_free_ports(const Launch& launch, const Switch& vde_switch) {
  const std::string& dir = launch.request.scope.sockets.dir.str();
  for (const qemu::VdeNic& nic : launch.line.nics)
    if (connection_of(launch, nic) == NicConnection::own && nic.port.value_or(0) >= vde_switch.port_limit)
      return fail(cannot_attach(fmt::format("there is no port {}: the ports of the switch {} go from 1 to {}",
                                            *nic.port, dir, vde_switch.port_limit - 1)));
  const auto taken = static_cast<std::size_t>(
      std::count_if(vde_switch.ports.begin(), vde_switch.ports.end(),
                    [](const SwitchPort& port) { return port.number != 0 && !port.endpoints.empty(); }));
  const std::size_t usable = vde_switch.port_limit - 1; // port 0 is special
  if (taken + count(launch, NicConnection::own) <= usable)
    return ok();
  return fail(
      cannot_attach(fmt::format("{} of the {} ports of the switch {} are taken", taken, usable, dir)));
}

vde::AttachOptions attach_options(const Launch& launch, const qemu::VdeNic& nic, const MacAddress& mac) {
  vde::AttachOptions options{.description = PortLabel{launch.line.vm_name, mac}.text(),
                             .port = nic.port.value_or(0),
                             .group = nic.group};
  if (nic.mode)
    options.mode = *nic.mode;
  return options;
}

/// Attach to our own switch a second time, when it has been made again: as the first time, under its lock and
/// in a session. Whoever makes it holds the lock until it is proven.
Result<vde::Attachment> attach_again(const Scope& scope, const vde::AttachOptions& options) {
  constexpr std::chrono::milliseconds patience{20};
  TRY(auto lock, vde::SwitchLock::acquire(scope, Deadline::after(patience)));
  auto session = vde::Session::open(scope, Deadline::after(k_attach_patience));
  if (!session) {
    network::release_unused(std::move(lock), scope);
    return fail(std::move(session).error());
  }
  return vde::attach(scope.sockets.dir, options, Deadline::after(k_attach_patience));
}

/// Connects the NICs of a launch, one after the other.
class Connector {
 public:
  Connector(Launch& launch, const network::World& world, NicAddresses addresses)
      : m_launch(launch), m_world(world), m_addresses(std::move(addresses)) {}

  Result<> connect_all(const std::optional<Bridge>& bridge) {
    for (std::size_t i = 0; i < m_launch.line.nics.size(); ++i) {
      const qemu::VdeNic& nic = m_launch.line.nics[i];
      TRY(auto mac, m_addresses.choose(m_launch.line, i));
      const NicConnection connection = connection_of(m_launch, nic);
      if (connection == NicConnection::tap) {
        TRY(connect_tap(*bridge, mac));
      } else if (connection == NicConnection::own || connection == NicConnection::foreign) {
        TRY(connect_switch(nic, mac));
      } else {
        TRY(auto dir, switch_of(m_launch, nic));
        m_launch.connected.push_back({.mac = mac, .socket = vde_locator(dir)});
      }
    }
    return ok();
  }

 private:
  Result<> connect_switch(const qemu::VdeNic& nic, const MacAddress& mac) {
    TRY(auto dir, switch_of(m_launch, nic));
    const auto options = attach_options(m_launch, nic, mac);
    TRY(auto attachment, vde::attach(dir, options, Deadline::after(k_attach_patience)));
    if (!m_launch.options.reconnect) {
      m_launch.connected.push_back({.fd = attachment.data.get(), .mac = mac});
      m_launch.attachments.push_back(std::move(attachment));
      return ok();
    }
    const bool is_own = connection_of(m_launch, nic) == NicConnection::own;
    auto again = [scope = m_launch.request.scope, dir, options, is_own]() -> Result<vde::Attachment> {
      return is_own ? attach_again(scope, options)
                    : vde::attach(dir, options, Deadline::after(k_attach_patience));
    };
    TRY(auto relay, vde::Relay::make(std::move(attachment), std::move(again)));
    m_launch.connected.push_back({.fd = relay.vm_end(), .mac = mac});
    m_launch.relays.push_back(std::move(relay));
    return ok();
  }

  Result<> connect_tap(const Bridge& bridge, const MacAddress& mac) {
    const Scope& scope = m_launch.request.scope;
    TRY(auto tap,
        m_world.lanes.open_tap({.bridge = bridge.name,
                                .mtu = bridge.mtu,
                                .queues = m_launch.options.queues,
                                .mark = {m_launch.line.vm_name, mac, scope.owner.uid, scope.sockets.dir}}));
    qemu::TapQueues queues;
    for (const UniqueFd& fd : tap.queues)
      queues.fds.push_back(fd.get());
    for (const UniqueFd& fd : tap.vhost)
      queues.vhost_fds.push_back(fd.get());
    m_launch.connected.push_back({.mac = mac, .tap = std::move(queues)});
    m_launch.taps.push_back(std::move(tap));
    return ok();
  }

  Launch& m_launch;
  const network::World& m_world;
  NicAddresses m_addresses;
};

NicAddresses fresh_addresses(const Launch& launch, const network::World& world) {
  return {world.host_seed, launch.request.scope.owner.uid};
}

/// A network that exists, and a session with its switch if NICs need one.
struct Ready {
  network::Ensured ensured;
  std::optional<vde::Session> session{};
};

/// Make as much of the network exist as the NICs need. With --rm it is noted first what goes with the launch.
/// The switch is observed in a session: if there is nothing to do, the NICs are attached in the same one.
Result<Ready> make_network(const Launch& launch, const network::World& world, vde::SwitchLock& lock) {
  const Scope& scope = launch.request.scope;
  std::optional<vde::Session> session;
  network::EnsureOptions options{.bridge_alone = !needs_switch(launch)};
  options.on_plan = [&](const Plan& plan) -> Result<> {
    session.reset();
    return launch.options.remove ? network::begin_temporary(lock, plan) : Result<>{ok()};
  };
  if (!options.bridge_alone) {
    TRY(auto observed, vde::observe(scope, Deadline::after(vde::k_console_timeout)));
    options.vde_switch = std::move(observed.state);
    session = std::move(observed.session);
  }
  const bool needs_session = !options.bridge_alone;
  TRY(auto ensured, network::ensure(world, launch.request, std::move(options)));
  if (needs_session && !session) {
    TRY(session, vde::Session::open(scope, Deadline::after(k_attach_patience)));
  }
  return Ready{std::move(ensured), std::move(session)};
}

Error with_lane_hint(Error error) {
  if (error.kind() == ErrorKind::not_permitted && error.hints().empty())
    error.set_hints(
        "a TAP for each VM takes CAP_NET_ADMIN at each launch: run it as root, or take --lane vde, "
        "which takes no privilege once `sudo vdeup create` was run");
  return error;
}

Result<> connect_under_lock(Launch& launch, const network::World& world, const Ready& ready, Timing& timing) {
  NicAddresses addresses = fresh_addresses(launch, world);
  if (ready.session) {
    TRY(check_free_ports(launch, ready.session->state()));
    addresses.add(ready.session->state());
  }
  if (count(launch, NicConnection::tap) > 0) {
    TRY(auto links, world.host.links.links());
    addresses.add(links);
  }
  auto connected = Connector{launch, world, std::move(addresses)}.connect_all(ready.ensured.network.bridge);
  timing.mark("connection");
  return connected ? std::move(connected) : fail(with_lane_hint(std::move(connected).error()));
}

} // namespace

Result<> connect(Launch& launch, const network::World& world, Timing& timing) {
  const SignalHold hold;
  if (!needs_switch(launch) && count(launch, NicConnection::tap) == 0)
    return Connector{launch, world, fresh_addresses(launch, world)}.connect_all({});
  TRY(auto lock, network::lock_switch(launch.request.scope));
  timing.mark("lock");
  const std::string earlier = lock.read_note();
  auto ready = make_network(launch, world, lock);
  timing.mark("network");
  if (!ready) {
    if (launch.options.remove)
      (void)lock.write_note(earlier); // of another launch, which may run
    network::release_unused(std::move(lock), launch.request.scope);
    return fail(std::move(ready).error());
  }
  network::explain_uplink(ready.value().ensured, world.log);
  auto connected = connect_under_lock(launch, world, ready.value(), timing);
  if (!needs_switch(launch) && lock.read_note().empty())
    network::release_unused(std::move(lock),
                            launch.request.scope); // a TAP takes no switch, so none needs a lock
  return connected;
}

Result<network::Ensured> rehearse(Launch& launch, const network::World& world) {
  NicAddresses addresses = fresh_addresses(launch, world);
  network::Ensured rehearsed;
  if (needs_switch(launch) || count(launch, NicConnection::tap) > 0) {
    TRY(rehearsed,
        network::ensure(world, launch.request, {.bridge_alone = !needs_switch(launch), .dry_run = true}));
    addresses.add(rehearsed.network.vde_switch);
  }
  int next_fd = 10;
  for (std::size_t i = 0; i < launch.line.nics.size(); ++i) {
    const qemu::VdeNic& nic = launch.line.nics[i];
    TRY(auto mac, addresses.choose(launch.line, i));
    TRY(auto dir, switch_of(launch, nic));
    if (connection_of(launch, nic) == NicConnection::foreign) {
      TRY(vde::check_attachable(dir));
    }
    qemu::Connected connected{.fd = next_fd, .mac = mac, .socket = vde_locator(dir)};
    if (connection_of(launch, nic) == NicConnection::tap) {
      connected.tap.emplace();
      for (unsigned queue = 0; queue < launch.options.queues; ++queue)
        connected.tap->fds.push_back(next_fd++);
    } else {
      next_fd += 2; // the connection, and the hold on the port
    }
    launch.connected.push_back(std::move(connected));
  }
  return rehearsed;
}

} // namespace vdeup::launch
