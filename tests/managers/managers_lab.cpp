#include "managers/managers_lab.hpp"

#include "support/catch.hpp"

#include <filesystem>

using namespace vdeup;

namespace managers_lab {

void tell(engine::ManagerHost& managers, const std::vector<ManagerStep>& steps) {
  for (const ManagerStep& step : steps) {
    const auto done = managers.execute(step);
    INFO(describe(step) << ": " << (done ? "" : done.error().message() + "\n" + done.error().hints().text()));
    REQUIRE(done);
  }
}

managers::Handover handover(engine::ManagerHost& managers) {
  const auto running = managers.running();
  INFO((running ? "" : running.error().message()));
  REQUIRE(running);
  auto handover = managers::plan_handover(running.value(), manager_lab::managers_of("eth0"),
                                          lab::name_of("eth0"), lab::name_of("ctysbr0"));
  REQUIRE(handover);
  return std::move(handover).value();
}

std::string files_of_ours() {
  std::string all;
  for (const char* directory : {"/run/systemd/network", "/run/NetworkManager/conf.d"})
    if (std::filesystem::exists(directory))
      for (const auto& entry : std::filesystem::directory_iterator(directory))
        if (manager_lab::has(entry.path().filename(), "vdeup"))
          all += entry.path().string() + "\n";
  return all;
}

void lose_carrier(const lab::Neighbourhood& neighbourhood, std::chrono::seconds how_long) {
  neighbourhood.gateway.ip("link set lan down");
  REQUIRE(lab::eventually([] { return !manager_lab::link_called("eth0").has_carrier; }));
  // Managers wait before they give up a carrier; nothing announces that they have.
  CHECK_FALSE(lab::eventually([] { return manager_lab::link_called("eth0").has_carrier; }, how_long));
  neighbourhood.gateway.ip("link set lan up");
  REQUIRE(lab::eventually([] { return manager_lab::link_called("eth0").has_carrier; }));
}

void check_is_moved(const lab::Mover& mover, const NicSnapshot& before) {
  const NicSnapshot port = mover.look("eth0");
  CHECK(port.master == lab::name_of("ctysbr0"));
  CHECK(port.addresses.empty());
  CHECK(port.routes.empty());
  CHECK(lab::differences_but_device(before, mover.look("ctysbr0")) == "");
}

void require_done(const Result<>& done) {
  INFO((done ? "" : done.error().message()));
  REQUIRE(done);
}

void wait_for_default_route() {
  REQUIRE(lab::eventually([] {
    return lab::run({"ip", "route"}).out.find("default via 10.1.0.1 dev eth0") != std::string::npos;
  }));
}

} // namespace managers_lab
