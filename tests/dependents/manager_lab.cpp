#include "dependents/manager_lab.hpp"

#include "dependents/guard_lab.hpp"
#include "kernel/links.hpp"
#include "managers/find_managers.hpp"
#include "support/catch.hpp"
#include "support/tools.hpp"

#include <fmt/format.h>

#include <sys/mount.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace manager_lab {
namespace {

using namespace guard_lab;
using namespace vdeup;

constexpr const char* k_bus_configuration = "/var/tmp/home/bus.conf";
constexpr const char* k_dhcp_log = "/var/tmp/home/dhcp.log";

/// A bus on which root may do everything, which is what the files of the services' packages say, too.
constexpr const char* k_bus =
    R"(<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow own="*"/>
    <allow user="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
)";

// polkit is for users, and only root asks here.
constexpr const char* k_network_manager = R"([main]
plugins=keyfile
auth-polkit=false
dhcp=internal
dns=none
rc-manager=unmanaged
no-auto-default=*

[keyfile]
path=/var/tmp/home/profiles
)";

void mount_over(const char* type, const char* path, unsigned long flags) {
  if (std::filesystem::exists(path))
    REQUIRE(::mount(type, path, type, flags, nullptr) == 0);
}

std::vector<std::string> dhcp_line(pid_t where, const std::string& interface, const std::string& first,
                                   const std::string& last) {
  return {"nsenter",
          "--net",
          "--target",
          std::to_string(where),
          lab::tool("dnsmasq"),
          "--keep-in-foreground",
          "--conf-file=/dev/null",
          "--port=0",
          "--user=root",
          "--interface=" + interface,
          "--dhcp-authoritative",
          fmt::format("--dhcp-range={},{},120", first, last),
          "--dhcp-leasefile=/var/tmp/home/leases",
          "--pid-file=",
          "--log-dhcp",
          fmt::format("--log-facility={}", k_dhcp_log)};
}

std::vector<std::string> bus_line() {
  needs("dbus-daemon");
  std::filesystem::create_directories("/run/dbus");
  write_file(k_bus_configuration, k_bus);
  return {"dbus-daemon", fmt::format("--config-file={}", k_bus_configuration), "--nofork", "--nopidfile"};
}

} // namespace

SystemBus::SystemBus() : m_daemon(bus_line()) {
  REQUIRE(lab::eventually([] { return std::filesystem::exists("/run/dbus/system_bus_socket"); }));
}

Networkd::Networkd() {
  if (!std::filesystem::exists(k_program))
    lab::skip("needs systemd-networkd");
  if (!lab::can_be_others())
    lab::skip("systemd-networkd needs root");
  mount_over("tmpfs", "/etc/systemd/network", 0);
  mount_over("sysfs", "/sys", MS_RDONLY);
  std::filesystem::create_directories("/run/systemd/netif");
  must("chown systemd-network: /run/systemd/netif");
}

void Networkd::start() {
  m_daemon.emplace(std::vector<std::string>{k_program});
}

void Networkd::restart() {
  stop();
  start();
}

NetworkManager::NetworkManager() : m_program(lab::tool("NetworkManager")), m_client(lab::tool("nmcli")) {
  if (!lab::can_be_others())
    lab::skip("NetworkManager needs root");
  mount_over("tmpfs", "/var/lib", 0); // leases, and keys
  mount_over("sysfs", "/sys", MS_RDONLY);
  std::filesystem::create_directories("/var/tmp/home/empty");
  std::filesystem::create_directories("/var/lib/NetworkManager");
  write_file("/var/tmp/home/nm.conf", k_network_manager);
}

void NetworkManager::write_profile(const std::string& name, const std::string& uuid,
                                   const std::string& text) {
  const std::string path = fmt::format("/var/tmp/home/profiles/{}.nmconnection", name);
  write_file(path, fmt::format("[connection]\nid={0}\nuuid={1}\ntype=ethernet\ninterface-name={0}\n{2}", name,
                               uuid, text));
  std::filesystem::permissions(path, std::filesystem::perms::owner_read); // else it takes it for a trap
}

void NetworkManager::start() {
  m_daemon.emplace(std::vector<std::string>{
      m_program, "--no-daemon", "--config=/var/tmp/home/nm.conf", "--config-dir=/var/tmp/home/empty",
      "--system-config-dir=/var/tmp/home/empty", "--intern-config=/var/tmp/home/nm-intern.conf",
      "--state-file=/var/tmp/home/nm.state"});
  REQUIRE(lab::eventually([this] { return has(lab::run({m_client, "-t", "general"}).out, "connected"); }));
}

void NetworkManager::restart() {
  m_daemon.reset();
  start();
}

std::string NetworkManager::nmcli(const std::string& words) const {
  return must(m_client + " " + words);
}

std::string NetworkManager::state_of(const std::string& device) const {
  std::istringstream lines{nmcli("-t -f DEVICE,STATE device")};
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(device + ":"))
      return line.substr(device.size() + 1);
  return "unknown";
}

DhcpServer::DhcpServer(pid_t where, const std::string& interface, const std::string& first,
                       const std::string& last)
    : m_daemon(dhcp_line(where, interface, first, last)) {}

bool DhcpServer::has_release() {
  std::ifstream file{k_dhcp_log};
  std::ostringstream text;
  text << file.rdbuf();
  REQUIRE(has(text.str(), "DHCPACK")); // else it is no log of what we look for
  return has(text.str(), "DHCPRELEASE");
}

Link link_called(const std::string& name) {
  auto netlink = kernel::Netlink::open();
  REQUIRE(netlink);
  const auto link = kernel::find_link(netlink.value(), IfName::parse(name).value());
  REQUIRE(link);
  return link.value().value_or(Link{});
}

std::vector<NicManager> managers_of(const std::string& name) {
  const FileTree host;
  return managers::find_managers(host, process::ProcessTable::read(host), link_called(name));
}

bool is_held(const std::string& name, NicManager::Hold hold) {
  const auto managers = managers_of(name);
  return std::any_of(managers.begin(), managers.end(),
                     [hold](const NicManager& manager) { return manager.hold == hold; });
}

} // namespace manager_lab
