#include "plan/desire.hpp"
#include "plan/functional.hpp"
#include "plan/planner.hpp"
#include "plan/removal.hpp"
#include "plan/verify.hpp"
#include "support/catch.hpp"

using namespace vdeup;
using namespace vdeup::plan;

namespace {

const Request k_request{.scope = {.owner = {1000, 1000, "acue"},
                                  .sockets = {SocketPath::directory("/var/tmp/vde_switch0.acue").value(),
                                              SocketPath::socket("/var/tmp/vde_mgmt0.acue").value()}}};

const std::string k_dir = "/var/tmp/vde_switch0.acue";
const std::string k_start =
    "start vde_switch " + k_dir + " as acue without a TAP | stop vde_switch " + k_dir + "\n";
const std::string k_join =
    "join " + k_dir + " to the outside by slirp, as acue | end the slirp of " + k_dir + "\n";

Network running(UplinkKind kind) {
  Network network;
  network.vde_switch = Switch{.life = Switch::Life::alive,
                              .pid = 42,
                              .uid = 1000,
                              .access = SwitchAccess{},
                              .accepts_clients = true,
                              .made_for = kind,
                              .port_limit = 128};
  if (kind == UplinkKind::slirp)
    network.vde_switch.slirp = SlirpUplink{.pid = 43};
  return network;
}

void attach_client(Network& network) {
  network.vde_switch.ports.push_back(
      {.number = 2, .endpoints = {{Endpoint::Kind::client, "web user=acue pid=9"}}});
}

Request wanting(UplinkKind kind, const std::vector<std::string>& forwards = {}) {
  Request request = k_request;
  request.uplink = kind;
  for (const std::string& text : forwards)
    request.forwards.push_back(Forward::parse(text).value());
  return request;
}

Result<Plan> planned(const Request& request, const Network& observed) {
  return make_plan(request, desire_tapless(request, *request.uplink, observed), observed);
}

std::string text(const Result<Plan>& plan) {
  if (!plan)
    return "refused: " + plan.error().cause();
  std::string lines;
  for (const PlannedStep& step : plan.value())
    lines += describe(step.step) + (step.undo ? " | " + describe(*step.undo) : "") + "\n";
  return lines;
}

} // namespace

TEST_CASE("tapless: what is there as asked for needs nothing", "[uplink]") {
  CHECK(text(planned(wanting(UplinkKind::slirp), running(UplinkKind::slirp))) == "");
  CHECK(text(planned(wanting(UplinkKind::none), running(UplinkKind::none))) == "");
  CHECK(is_functional(running(UplinkKind::slirp)));
  CHECK(is_functional(running(UplinkKind::none)));
}

TEST_CASE("tapless: from nothing, a switch is started, and then its uplink", "[uplink]") {
  CHECK(text(planned(wanting(UplinkKind::slirp), {})) == k_start + k_join);
  CHECK(text(planned(wanting(UplinkKind::none), {})) == k_start);
}

TEST_CASE("tapless: an uplink that has died is started again under the running switch", "[uplink]") {
  Network observed = running(UplinkKind::slirp);
  observed.vde_switch.slirp.reset();
  attach_client(observed);
  CHECK(!is_functional(observed));
  CHECK(text(planned(wanting(UplinkKind::slirp), observed)) == k_join);
}

TEST_CASE("tapless: a switch that was made to have no way out gets none by itself", "[uplink]") {
  CHECK(has_wanted_uplink(k_request, running(UplinkKind::none)));
  CHECK(!has_wanted_uplink(wanting(UplinkKind::slirp), running(UplinkKind::none)));
}

TEST_CASE("tapless: a new forward takes a new uplink, which has the old ones as well", "[uplink]") {
  Network observed = running(UplinkKind::slirp);
  observed.vde_switch.slirp->forwards = {Forward::parse("tcp:80:80").value()};
  const Request request = wanting(UplinkKind::slirp, {"tcp:81:81"});
  const std::string end = "end the slirp of " + k_dir;
  const std::string join =
      "join " + k_dir + " to the outside by slirp, as acue, forward tcp:127.0.0.1:80:10.0.2.15:80";
  const std::string more = join + ", forward tcp:127.0.0.1:81:10.0.2.15:81";
  CHECK(text(planned(request, observed)) == end + " | " + join + "\n" + more + " | " + end + "\n");
  CHECK(new_forwards(planned(request, observed).value(), observed) == request.forwards);
  SECTION("but not while VMs are attached") {
    attach_client(observed);
    CHECK(text(planned(request, observed)) ==
          "refused: the uplink runs without it, and VMs are attached: web user=acue pid=9");
  }
  SECTION("unless by force") {
    attach_client(observed);
    Request forced = request;
    forced.force = true;
    CHECK(planned(forced, observed));
  }
}

TEST_CASE("tapless: a forward that is there is not asked for again", "[uplink]") {
  Network observed = running(UplinkKind::slirp);
  observed.vde_switch.slirp->forwards = {Forward::parse("tcp:80:80").value()};
  attach_client(observed);
  CHECK(text(planned(wanting(UplinkKind::slirp, {"tcp:80:80"}), observed)) == "");
  CHECK(text(planned(wanting(UplinkKind::slirp), observed)) == "");
}

TEST_CASE("tapless: a switch of another kind is replaced, and comes back if that fails", "[uplink]") {
  Network observed = running(UplinkKind::slirp);
  const std::string stop = "stop vde_switch " + k_dir;
  CHECK(text(planned(wanting(UplinkKind::none), observed)) ==
        "end the slirp of " + k_dir + " | join " + k_dir + " to the outside by slirp, as acue\n" + stop +
            " | start vde_switch " + k_dir + " as acue without a TAP\n" + k_start);
  attach_client(observed);
  CHECK(text(planned(wanting(UplinkKind::none), observed)) ==
        "refused: its uplink is slirp, and another one is asked for");
}

TEST_CASE("tapless: a switch on a TAP never gets a second way out", "[uplink]") {
  Network observed = running(UplinkKind::bridge);
  observed.vde_switch.tap = IfName::parse("tap0").value();
  observed.vde_switch.made_for.reset();
  const auto plan = planned(wanting(UplinkKind::slirp), observed);
  CHECK(text(plan).starts_with("stop vde_switch " + k_dir));
}

TEST_CASE("tapless: removal ends the uplink before its switch", "[uplink]") {
  const auto plan = make_removal_plan(k_request.scope, {}, running(UplinkKind::slirp), {});
  CHECK(text(plan) == "end the slirp of " + k_dir + "\nstop vde_switch " + k_dir + "\n");
}

TEST_CASE("tapless: the proof names what is missing", "[uplink]") {
  const Request request = wanting(UplinkKind::slirp, {"tcp:80:80"});
  const Network desired = desire_tapless(request, UplinkKind::slirp, {});
  Network observed = running(UplinkKind::slirp);
  CHECK(verify(desired, observed).error().cause() == "tcp:127.0.0.1:80:10.0.2.15:80 is not forwarded");
  observed.vde_switch.slirp->forwards = request.forwards;
  CHECK(verify(desired, observed));
  observed.vde_switch.slirp.reset();
  CHECK(!verify(desired, observed));
  observed = running(UplinkKind::none);
  CHECK(!verify(desired, observed));
}
