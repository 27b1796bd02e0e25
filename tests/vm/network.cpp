#include "vm/network.hpp"

#include "support/catch.hpp"
#include "support/lab.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value_to.hpp>

#include <signal.h>

#include <algorithm>

namespace vmlab {
namespace {

Client to_client(const boost::json::object& endpoint) {
  const auto text = [&endpoint](const char* key) {
    return endpoint.contains(key) ? boost::json::value_to<std::string>(endpoint.at(key)) : std::string{};
  };
  const pid_t pid = endpoint.contains("pid") ? boost::json::value_to<pid_t>(endpoint.at("pid")) : -1;
  return {text("user"), text("mac"), pid};
}

} // namespace

void require_emulator() {
  if (lab::run({"sh", "-c", std::string{"command -v "} + k_emulator}).status != 0)
    lab::skip(std::string{"there is no "} + k_emulator);
}

pid_t only_switch() {
  const std::string pids = lab::list_switches();
  REQUIRE(std::count(pids.begin(), pids.end(), '\n') == 1);
  return std::stoi(pids);
}

SlowSwitch::SlowSwitch() : m_switch(only_switch()) {
  const std::string pid = std::to_string(m_switch);
  m_brake.emplace(Words{
      "sh", "-c", "while kill -STOP " + pid + "; do sleep 0.05; kill -CONT " + pid + "; sleep 0.002; done"});
}

SlowSwitch::~SlowSwitch() {
  m_brake.reset();
  ::kill(m_switch, SIGCONT);
}

Network::Network() {
  require_emulator();
  if (lab::can_be_others())
    m_user = lab::k_alice;
  m_before = lab::snapshot();
  const auto created = lab::run_vdeup({"create", "-u", user()});
  INFO(created.err);
  REQUIRE(created.status == 0);
  const std::string address = std::string{k_bridge_address} + "/24";
  REQUIRE(lab::run({"ip", "address", "add", address, "dev", "ctysbr0"}).status == 0);
}

std::string Network::user() const {
  return m_user ? m_user->name : "root";
}

lab::Running Network::start(const Words& line, const Words& environment) const {
  return lab::Running{line, {.user = m_user, .environment = environment}};
}

lab::Running Network::launch(const Words& arguments, const std::string& called,
                             const Words& environment) const {
  return start(Words{lab::bin_directory() + "/" + called} + arguments, environment);
}

std::vector<Client> Network::clients() const {
  const auto ports = lab::run_vdeup({"ports", "--json", "-u", user()});
  INFO(ports.err);
  REQUIRE(ports.status == 0);
  std::vector<Client> found;
  const auto answer = boost::json::parse(ports.out).as_object();
  for (const auto& port : answer.at("ports").as_array())
    for (const auto& endpoint : port.at("endpoints").as_array())
      if (endpoint.at("kind").as_string() == "client")
        found.push_back(to_client(endpoint.as_object()));
  return found;
}

bool Network::becomes_empty() const {
  return lab::eventually([this] { return clients().empty(); });
}

int Network::check() const {
  return lab::run_vdeup({"check", "-u", user()}).status;
}

std::string Network::socket() const {
  return "/var/tmp/vde_switch0." + user();
}

std::string Network::mgmt() const {
  return "/var/tmp/vde_mgmt0." + user();
}

void Network::remove() const {
  REQUIRE(becomes_empty());
  const auto cancelled = lab::run_vdeup({"cancel", "--bridge", "-u", user()});
  INFO(cancelled.err);
  REQUIRE(cancelled.status == 0);
  CHECK(lab::changes_since(m_before) == "");
}

} // namespace vmlab
