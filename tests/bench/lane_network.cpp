#include "bench/lane_network.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>

namespace bench {
namespace {

std::string ping_pong() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "vdeup-bench-ping-pong";
}

void must(const std::vector<std::string>& line) {
  const auto finished = lab::run(line);
  if (finished.status != 0)
    throw std::runtime_error(fmt::format("{}: {}{}", line.back(), finished.out, finished.err));
}

/// Waits for its link, which only we can give it.
lab::Running start_server() {
  const std::string script = fmt::format(
      "echo there; read -r go; ip link set lo up; ip address add {}/24 dev eth0; ip link set eth0 up; "
      "iperf3 -s --logfile /dev/null & exec {} serve 5202",
      k_server_address, ping_pong());
  return lab::Running{{"unshare", "--net", "sh", "-c", script}};
}

std::string bridge_commands(pid_t server) {
  return fmt::format(
      "ip address add 192.0.2.1/24 dev {0} && "
      "ip link add out0 type veth peer name eth0 netns {1} && ip link set out0 master {0} up && "
      "ip tuntap add dev {2} mode tap vnet_hdr && ip link set {2} master {0} up",
      k_bridge, server, k_hand_made_tap);
}

} // namespace

LaneNetwork::LaneNetwork(const std::string& vdeup) : m_server(start_server()) {
  if (!m_server.wait_for("there"))
    throw std::runtime_error("no second network namespace");
  must({vdeup, "create"});
  must({"sh", "-ec", bridge_commands(m_server.pid())});
  m_server.write("go\n");
  const auto iperf_answers = [] {
    return lab::run({"iperf3", "-c", k_server_address, "-n", "1M"}).status == 0;
  };
  if (!m_server.wait_for("serving") || !lab::eventually(iperf_answers))
    throw std::runtime_error("the server behind the bridge does not answer");
}

} // namespace bench
