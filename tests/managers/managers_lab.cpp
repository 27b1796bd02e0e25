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

void require_done(const Result<>& done) {
  INFO((done ? "" : done.error().message()));
  REQUIRE(done);
}

void wait_for_default_route() {
  REQUIRE(lab::eventually([] {
    return lab::run({"ip", "route"}).out.find("default via 10.1.0.1 dev eth0") != std::string::npos;
  }));
}

void ManagedMove::go_in() {
  tell(managers, told.before);
  check_is_back(); // nothing was taken off it
  require_done(mover.apply(mover.plan_in()));
  tell(managers, told.after);
}

void ManagedMove::go_out() {
  require_done(mover.apply(mover.plan_out()));
  check_is_back();
  tell(managers, inverse(told.all()));
}

void ManagedMove::check_is_moved() const {
  const NicSnapshot port = mover.look("eth0");
  CHECK(port.master == lab::name_of("ctysbr0"));
  CHECK(port.addresses.empty());
  CHECK(port.routes.empty());
  CHECK(lab::differences_but_device(before, mover.look("ctysbr0")) == "");
}

void ManagedMove::check_is_back() const {
  CHECK(differences(before, mover.look("eth0")) == "");
}

void create_by_command(const std::string& manager) {
  const auto created = lab::run_vdeup({"create"});
  INFO(created.err);
  REQUIRE(created.status == 0);
  CHECK(lab::has(created.err, manager + " manages eth0, and is told to leave it alone"));
}

void cancel_by_command() {
  const auto cancelled = lab::run_vdeup({"cancel", "--bridge"});
  INFO(cancelled.err);
  REQUIRE(cancelled.status == 0);
  CHECK(files_of_ours() == "");
}

} // namespace managers_lab
