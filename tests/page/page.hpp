#pragma once

#include "support/lab.hpp"
#include "support/spawn.hpp"

#include <string>
#include <vector>

/// What the tests of the manual page share.
namespace page {

using lab::needs_others;

/// The two names under which the setup commands are called.
inline const std::vector<std::string> k_names{"vdeup", "ctys-setupVDE"};

inline const std::string k_dir = "/var/tmp/vde_switch0.root";
inline const std::string k_mgmt = "/var/tmp/vde_mgmt0.root";

/// Skip where the test is not root, whose name the paths above have.
void needs_root();

/// Fail the test, with all that was printed, unless a program ended well.
void require_good(const lab::Finished& done);

/// Run a command that must fail with this status, name this on standard error, answer nothing, and change
/// nothing at all.
void refused(const std::vector<std::string>& words, int status, const std::string& named,
             const std::string& name = "vdeup");

/// `ip -d -o link show NAME`; empty if there is none.
std::string link(const std::string& name);

/// Make a bridge by hand, as an administrator would, and set it up.
void make_bridge(const std::string& name);

void remove_link(const std::string& name);

/// The names of the links whose master is `bridge`, one blank between them.
std::string ports_of(const std::string& bridge);

/// Permissions, owner and group of a file, as `700 root root`.
std::string access_of(const std::string& path);

/// True if there is something of that name, be it a dangling link.
bool exists(const std::string& path);

/// The pid of the one vde_switch that runs here.
std::string switch_pid();

/// Send a signal to the one vde_switch, and wait until it has had its effect.
void kill_switch();

/// Bind a socket and close it again: the name stays, and nobody listens.
void leave_dangling_socket(const std::string& path);

/// A VM of that name on the caller's network, attached: `vdeup run OPTIONS -- VM -name NAME WORDS`, on the
/// bridge that the setup commands make.
lab::Running start_vm(const std::string& name, const std::vector<std::string>& words = {},
                      const lab::SpawnOptions& spawn = {}, const std::vector<std::string>& options = {});

} // namespace page
