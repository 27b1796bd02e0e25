// HostManagers and a bus that is not there, is silent, or serves others.

#include "dependents/guard_lab.hpp"
#include "managers/managers_lab.hpp"
#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

using namespace managers_lab;
using namespace guard_lab;
using namespace manager_lab;
using namespace vdeup;
using clock_type = std::chrono::steady_clock;

namespace {

constexpr const char* k_socket = "/run/dbus/system_bus_socket";

/// What a host looks like on which both managers have run.
void leave_traces() {
  write_file("/run/systemd/netif/state", "OPER_STATE=routable\n");
  std::filesystem::create_directories("/run/NetworkManager/devices");
}

/// A socket that takes connections and never answers.
class SilentBus {
 public:
  SilentBus() : m_socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    std::filesystem::create_directories("/run/dbus");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string{k_socket}.copy(&address.sun_path[0], sizeof(address.sun_path) - 1);
    REQUIRE(::bind(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    REQUIRE(::listen(m_socket, 8) == 0);
  }
  SilentBus(const SilentBus&) = delete;
  SilentBus& operator=(const SilentBus&) = delete;
  ~SilentBus() { ::close(m_socket); }

 private:
  int m_socket;
};

} // namespace

TEST_CASE("managers: where no manager has run, none is looked for and the question costs next to nothing",
          "[managers]") {
  managers::HostManagers host_managers;
  const auto start = clock_type::now();
  const auto running = host_managers.running();
  const auto spent = clock_type::now() - start;
  REQUIRE(running);
  CHECK(running.value().empty());
  CHECK(spent < lab::scaled(std::chrono::milliseconds{2}));
  WARN("it took " << std::chrono::duration_cast<std::chrono::microseconds>(spent).count() << " us");
}

TEST_CASE("managers: traces of managers that run no more mean nothing, with a bus and without",
          "[managers]") {
  leave_traces();
  std::optional<SystemBus> bus;
  if (GENERATE(false, true))
    bus.emplace();
  CHECK(managers::HostManagers{}.running().value().empty());
}

TEST_CASE("managers: to undo without a bus is to remove the files", "[managers]") {
  leave_traces();
  managers::HostManagers host_managers;
  write_file("/run/systemd/network/01-vdeup-tap0.network", "[Match]\nName=tap0\n\n[Link]\nUnmanaged=yes\n");
  tell(host_managers, {Manage{NicManager::Kind::networkd, {lab::name_of("tap0")}}});
  CHECK(files_of_ours() == "");
  const auto done = host_managers.execute(Unmanage{NicManager::Kind::networkd, {lab::name_of("tap0")}});
  CHECK(done.error().kind() == ErrorKind::missing);
  CHECK(files_of_ours() == "");
}

TEST_CASE("managers: a bus that is silent is given up with the deadline, and nothing is left behind",
          "[managers]") {
  leave_traces();
  const SilentBus bus;
  managers::HostManagers host_managers{std::chrono::milliseconds{300}};
  const auto start = clock_type::now();
  CHECK(host_managers.running().error().kind() == ErrorKind::timed_out);
  const ManagerStep step = Unmanage{NicManager::Kind::network_manager, {lab::name_of("tap0")}};
  CHECK(host_managers.execute(step).error().kind() == ErrorKind::timed_out);
  CHECK(clock_type::now() - start < std::chrono::seconds{3});
  CHECK(files_of_ours() == "");
}

TEST_CASE("managers: a manager of another network namespace is not ours, whatever its devices are called",
          "[managers]") {
  needs("busctl");
  Networkd networkd;
  networkd.start_bus();
  const lab::Running other{{"unshare", "--net", Networkd::k_program}};
  const std::string asked = "busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus "
                            "NameHasOwner s org.freedesktop.network1";
  REQUIRE(lab::eventually([&] { return has(must(asked), "true"); }));
  managers::HostManagers host_managers;
  CHECK(host_managers.running().value().empty());
}

TEST_CASE("managers: a networkd of our own network is found, and nothing is started by the question",
          "[managers]") {
  Networkd networkd;
  networkd.start_bus();
  networkd.start();
  managers::HostManagers host_managers;
  CHECK(lab::eventually(
      [&] { return host_managers.running().value() == std::vector{NicManager::Kind::networkd}; }));
  networkd.stop();
  CHECK(host_managers.running().value().empty());
}
