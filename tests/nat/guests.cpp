#include "nat/guests.hpp"

#include "support/catch.hpp"

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace nat_guests {
namespace {

std::string first_word_after(const std::string& text, const std::string& key) {
  const std::size_t at = text.find(key);
  if (at == std::string::npos)
    return {};
  std::istringstream rest{text.substr(at + key.size())};
  std::string word;
  rest >> word;
  return word;
}

/// What udhcpc calls with what it was given; `$interface` and the rest are its variables.
const char* const k_dhcp_script = R"(#!/bin/sh
case $1 in
bound | renew)
  ip -4 address flush dev "$interface" scope global 2>/dev/null || true
  ip -4 address add "$ip/$mask" dev "$interface"
  ip route replace default via "$router"
  echo "address=$ip router=$router dns=$dns domain=$domain"
  ;;
esac
)";

} // namespace

Guest::Guest(const std::string& directory, std::string name)
    : m_name(std::move(name)),
      m_holder(std::make_unique<lab::Running>(
          std::vector<std::string>{"unshare", "--net", "sh", "-c", "echo there; exec sleep 1000"})) {
  REQUIRE(m_holder->wait_for("there"));
  const auto made = run({"sh", "-c",
                         "set -e; ip link set lo up; ip tuntap add dev eth0 mode tap; "
                         "echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad; ip link set eth0 up"});
  INFO(made.err);
  REQUIRE(made.status == 0);
  m_plug = std::make_unique<lab::Running>(there({"vde_plug2tap", "-s", directory, "eth0"}));
  REQUIRE(lab::eventually([this] {
    return run({"ip", "link", "show", "eth0"}).out.find("LOWER_UP") != std::string::npos;
  }));
}

Guest::~Guest() {
  m_plug->signal(SIGTERM);
  (void)m_plug->finish();
}

std::string Guest::ask_for_address(int seconds) {
  const std::string script = "/var/tmp/home/udhcpc.script";
  std::ofstream{script} << k_dhcp_script;
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  const auto asked = run({"busybox", "udhcpc", "-i", "eth0", "-f", "-q", "-n", "-t", std::to_string(seconds),
                          "-T", "1", "-s", script, "-x", "hostname:" + m_name});
  m_server = first_word_after(asked.out, "dns=");
  return first_word_after(asked.out, "address=");
}

std::string Guest::wait_for_address6() const {
  std::string address;
  (void)lab::eventually([&] {
    address = first_word_after(run({"ip", "-6", "address", "show", "dev", "eth0", "scope", "global"}).out,
                               "inet6 ");
    return !address.empty();
  });
  return address.substr(0, address.find('/'));
}

bool Guest::reaches(const std::string& address) const {
  const std::string family = address.find(':') == std::string::npos ? "-4" : "-6";
  return run({"busybox", "ping", family, "-c", "1", "-W", "2", address}).status == 0;
}

std::string Guest::look_up(const std::string& name, const std::string& kind) const {
  const auto answer = run({"busybox", "nslookup", "-type=" + kind, name, m_server});
  const std::size_t at = answer.out.find("Name:");
  std::string addresses;
  std::istringstream lines{at == std::string::npos ? std::string{} : answer.out.substr(at)};
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("Address"))
      addresses += line.substr(line.find(": ") + 2) + "\n";
  return addresses;
}

lab::Finished Guest::run(const std::vector<std::string>& line) const {
  return lab::run(there(line));
}

lab::Running Guest::start(const std::vector<std::string>& line) const {
  return lab::Running{there(line)};
}

std::vector<std::string> Guest::there(const std::vector<std::string>& line) const {
  std::vector<std::string> words{"nsenter", "--net=/proc/" + std::to_string(m_holder->pid()) + "/ns/net"};
  words.insert(words.end(), line.begin(), line.end());
  return words;
}

void needs_lab() {
  for (const char* program : {"dnsmasq", "nft", "vde_plug2tap", "busybox"})
    if (lab::run({"sh", "-c", std::string{"PATH=$PATH:/usr/sbin command -v "} + program}).status != 0)
      lab::skip(std::string{program} + " is not installed");
  if (!lab::can_be_others())
    lab::skip("not root, so no dnsmasq can run as another user");
}

} // namespace nat_guests
