// What we print for other tools, read by those tools: each one that is installed. None of them is needed
// otherwise, and NetworkManager on a developer's machine would be a bad surprise.

#include "dependents/guard_lab.hpp"
#include "managers/ifupdown.hpp"
#include "managers/netplan.hpp"
#include "managers/network_manager.hpp"
#include "managers/networkd.hpp"
#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <filesystem>

using namespace guard_lab;
using namespace vdeup;
using lab::has;

namespace {

const std::string k_root = "/var/tmp/home/root";

managers::BridgeConfiguration configuration() {
  return {.bridge = IfName::parse("ctysbr0").value(),
          .nic = IfName::parse("eth0").value(),
          .mac = MacAddress::parse("52:54:00:12:34:56").value(),
          .router_advertisements = false,
          .addresses = {"192.0.2.1/24", "2001:db8::1/64"},
          .gateways = {IpAddress::parse("192.0.2.2").value()},
          .name_servers = {IpAddress::parse("192.0.2.53").value()}};
}

/// Write the files under a directory of our own, and give their paths.
std::vector<std::string> put(const Result<std::vector<managers::ConfigFile>>& files) {
  REQUIRE(files);
  std::vector<std::string> paths;
  for (const managers::ConfigFile& file : files.value()) {
    paths.push_back(k_root + file.path);
    write_file(paths.back(), file.text);
    std::filesystem::permissions(paths.back(), std::filesystem::perms::owner_read);
  }
  return paths;
}

} // namespace

TEST_CASE("persist: ifupdown reads its file, and would set addresses and gateway", "[guard]") {
  needs("ifup");
  const auto paths = put(managers::ifupdown_files(configuration()));
  const auto done =
      lab::run({"ifup", "--no-act", "--no-scripts", "--state-dir", k_root, "-i", paths.front(), "ctysbr0"});
  INFO(done.err);
  CHECK(done.status == 0);
  CHECK(has(done.out + done.err, "192.0.2.1"));
  CHECK(has(done.out + done.err, "default via 192.0.2.2"));
  CHECK(has(done.out + done.err, "2001:db8::1/64"));
}

TEST_CASE("persist: netplan makes of its file a bridge with the NIC as a port", "[guard]") {
  const std::string generate = "/usr/libexec/netplan/generate";
  if (!std::filesystem::exists(generate))
    lab::skip("needs netplan");
  (void)put(managers::netplan_files(configuration()));
  must(generate + " --root-dir " + k_root);
  CHECK(has(must("cat " + k_root + "/run/systemd/network/10-netplan-eth0.network"), "Bridge=ctysbr0"));
  CHECK(has(must("cat " + k_root + "/run/systemd/network/10-netplan-ctysbr0.netdev"),
            "MACAddress=52:54:00:12:34:56"));
}

TEST_CASE("persist: nmcli reads both connections", "[guard]") {
  needs("nmcli");
  for (const std::string& path : put(managers::network_manager_files(configuration()))) {
    const auto done =
        lab::run({"sh", "-c", "nmcli --offline connection modify connection.autoconnect yes < " + path});
    INFO(path << done.err);
    CHECK(done.status == 0);
    CHECK(has(done.out,
              path.ends_with("-eth0.nmconnection") ? "master=ctysbr0" : "address1=192.0.2.1/24,192.0.2.2"));
  }
}
