#include "dependents/login.hpp"

#include "base/number.hpp"
#include "base/text.hpp"
#include "dependents/login_records.hpp"
#include "dependents/socket_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <set>

// How a login is followed:
//
// 1. From a process up to the first one, each ancestor is looked at: does it serve a login over the network?
//    sshd and its like are known by their connections; any program counts that has accepted one.
// 2. A connection between two sockets of this host comes from another process here: that one is followed too.
// 3. The server of a tmux or a screen has no login among its ancestors. Who looks at it are its clients, and
//    these are followed.
// 4. What SSH_CONNECTION says counts only while that very connection is there: in a tmux it is as old as the
//    server.

namespace vdeup::dependents {
namespace {

template <std::size_t size>
using Names = std::array<std::string_view, size>;

constexpr Names<11> k_login_servers{"sshd",       "sshd-session", "sshd-auth",  "dropbear",
                                    "in.telnetd", "telnetd",      "in.rlogind", "rlogind",
                                    "in.rshd",    "rshd",         "tinysshd"};

/// Programs whose server outlives a login; that of tmux calls itself `tmux: server`.
constexpr Names<5> k_multiplexers{"screen", "SCREEN", "zellij", "dtach", "abduco"};
constexpr Names<5> k_multiplexer_clients{"tmux: client", "screen", "zellij", "dtach", "abduco"};

template <std::size_t size>
bool is_one_of(const Names<size>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_login_server(const process::Process& process) {
  return is_one_of(k_login_servers, process.name);
}

std::string describe(const process::Process& process) {
  return fmt::format("{} (process {})", printable(process.name), process.pid);
}

class Search {
 public:
  Search(const FileTree& tree, const process::ProcessTable& processes,
         const std::vector<Connection>& connections)
      : m_tree(tree), m_processes(processes), m_sockets(connections) {}

  std::vector<NetworkSession> run(pid_t caller) {
    follow(caller);
    while (!m_open.empty()) {
      const pid_t next = m_open.front();
      m_open.pop_front();
      look_up_from(next);
    }
    return std::move(m_found);
  }

 private:
  /// Each process is looked at once, so that the search ends.
  void follow(pid_t pid) {
    if (m_followed.insert(pid).second)
      m_open.push_back(pid);
  }

  void look_up_from(pid_t first) {
    const std::vector<process::Process> line = m_processes.ancestry(first);
    m_is_explained = false;
    const process::Process* unreadable = nullptr;
    for (const process::Process& process : line) {
      if (!m_seen.insert(process.pid).second)
        continue;
      if (!look_at_sockets(process) && is_login_server(process) && unreadable == nullptr)
        unreadable = &process;
      look_at_environment(process);
      look_at_stand_ins(process);
    }
    for (const LoginRecord& record : find_login_records(m_tree, m_processes, line))
      look_at_record(record);
    if (unreadable != nullptr && !m_is_explained)
      suspect_all(*unreadable);
  }

  /// False if it may not be read.
  bool look_at_sockets(const process::Process& process) {
    const auto inodes = m_processes.sockets(process.pid);
    if (!inodes)
      return false;
    const auto sockets = m_sockets.with_inodes(*inodes);
    const bool is_server = is_login_server(process);
    // sshd also connects to elsewhere, for those whose ports it forwards.
    const bool has_accepted = std::any_of(sockets.begin(), sockets.end(), [this](const Connection* socket) {
      return m_sockets.is_accepted(*socket);
    });
    for (const Connection* socket : sockets) {
      if (socket->protocol == Connection::Protocol::udp)
        look_at_datagrams(process, *socket);
      else if (socket->is_established && (has_accepted ? m_sockets.is_accepted(*socket) : is_server))
        found(*socket, printable(process.name), describe(process) + " holds the connection");
    }
    return true;
  }

  /// mosh-server has no connection, only a port; where its user was at the beginning is in its environment.
  void look_at_datagrams(const process::Process& process, const Connection& socket) {
    if (process.name != "mosh-server")
      return;
    m_is_explained = true;
    const auto started = m_processes.variable(process.pid, "SSH_CONNECTION").value_or("");
    m_found.push_back(
        {.server = process.name,
         .peer = peer_in(started),
         .local = {},
         .interface = socket.interface,
         .evidence = fmt::format("{} serves UDP port {}", describe(process), socket.local.port)});
  }

  void look_at_environment(const process::Process& process) {
    const auto named = m_processes.variable(process.pid, "SSH_CONNECTION");
    if (const Connection* connection = named ? m_sockets.named(*named) : nullptr)
      found(*connection, "sshd",
            fmt::format("SSH_CONNECTION of {} names it, and it is there", describe(process)));
    // Xvnc serves display N at port 5900 + N.
    constexpr unsigned first_port = 5900;
    constexpr unsigned most = 100;
    const auto display = m_processes.variable(process.pid, "DISPLAY").value_or("");
    const std::string_view after =
        std::string_view{display}.substr(std::min(display.rfind(':'), display.size()));
    const auto number =
        after.size() < 2 ? std::nullopt : parse_number<std::uint16_t>(after.substr(1, after.find('.') - 1));
    if (!number || *number >= most)
      return;
    for (const Connection* connection : m_sockets.to_port(static_cast<std::uint16_t>(first_port + *number)))
      if (m_sockets.is_accepted(*connection))
        found(*connection, "VNC", fmt::format("display {} is looked at through it", printable(display)));
  }

  /// Ancestors whose users are connected to another process.
  void look_at_stand_ins(const process::Process& process) {
    if (process.name.starts_with("tmux: server") || is_one_of(k_multiplexers, process.name))
      follow_clients(process);
    if (process.name == "xrdp-sesman" || process.name == "xrdp-sesexec")
      for (const process::Process& server : m_processes.named("xrdp"))
        if (!look_at_sockets(server))
          suspect_all(server);
    if (process.name == "tailscaled")
      m_found.push_back({.server = process.name, .evidence = describe(process) + " is an ancestor"});
  }

  /// Who looks at a multiplexer of terminals: its user, or root.
  void follow_clients(const process::Process& server) {
    const auto owner = m_processes.user(server.pid);
    for (const std::string_view name : k_multiplexer_clients)
      for (const process::Process& client : m_processes.named(name)) {
        const auto user = m_processes.user(client.pid);
        if (user == owner || user == uid_t{0})
          follow(client.pid);
      }
  }

  /// What nobody has found better: which of the connections from there it is, is not written down.
  void look_at_record(const LoginRecord& record) {
    const auto is_from_there = [&](const NetworkSession& session) {
      return session.peer && session.peer->address == record.peer;
    };
    if (std::any_of(m_found.begin(), m_found.end(), is_from_there))
      return;
    for (const Connection* connection : m_sockets.accepted())
      if (connection->remote.address == record.peer)
        found(*connection, record.server, record.evidence);
  }

  void suspect_all(const process::Process& server) {
    for (const Connection* connection : m_sockets.accepted())
      if (connection->uid == 0)
        found(*connection, printable(server.name),
              describe(server) + " may not be looked into, and this can be its connection");
  }

  void found(const Connection& connection, const std::string& server, std::string evidence) {
    m_is_explained = true;
    if (const Connection* other = m_sockets.other_end(connection)) {
      for (const process::Process& holder : m_processes.holders(other->inode))
        follow(holder.pid);
      return;
    }
    const auto is_same = [&](const NetworkSession& session) { return session.peer == connection.remote; };
    if (std::any_of(m_found.begin(), m_found.end(), is_same))
      return;
    m_found.push_back({.server = server,
                       .peer = connection.remote,
                       .local = connection.local.address,
                       .interface = connection.interface,
                       .evidence = std::move(evidence)});
  }

  const FileTree& m_tree;
  const process::ProcessTable& m_processes;
  SocketTable m_sockets;
  std::deque<pid_t> m_open{};
  std::set<pid_t> m_followed{};
  std::set<pid_t> m_seen{};
  bool m_is_explained = false; ///< the connection of the line that is being followed is known
  std::vector<NetworkSession> m_found{};
};

} // namespace

std::vector<NetworkSession> find_network_sessions(const FileTree& tree,
                                                  const process::ProcessTable& processes, pid_t caller,
                                                  const std::vector<Connection>& connections) {
  return Search{tree, processes, connections}.run(caller);
}

} // namespace vdeup::dependents
