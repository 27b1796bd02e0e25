#include "kernel/capabilities.hpp"
#include "nat/nat_lab.hpp"
#include "process/command.hpp"
#include "support/catch.hpp"

using namespace nat_lab;
using namespace vdeup;

namespace {

const Capabilities k_three{Capability::net_bind_service, Capability::net_admin, Capability::net_raw};

/// What a program that is started so says of itself; the error if it is not started.
std::string status_of_started(const Capabilities& rights) {
  const auto ended = process::run({.program = "/bin/grep",
                                   .args = {"-E", "^(Uid|Cap|NoNew)", "/proc/self/status"},
                                   .capabilities = rights},
                                  Deadline::after(std::chrono::seconds{10}));
  return ended ? ended.value().output : ended.error().message();
}

std::string as_helper(const Capabilities& rights) {
  return as_helper_of(lab::k_acue, [&]() -> Result<> {
    return fail(Error{ErrorKind::failed, status_of_started(rights), {}, {}});
  });
}

void check_three(const std::string& status) {
  INFO(status);
  for (const char* set : {"Inh", "Prm", "Eff", "Amb"})
    CHECK(has(status, std::string{"Cap"} + set + ":\t0000000000003400"));
  CHECK(has(status, "NoNewPrivs:\t1"));
}

} // namespace

TEST_CASE("rights: what root starts for a user keeps those that are named and no more", "[nat]") {
  lab::own_accounts();
  auto acting = ActingAs::enter(identity_of(lab::k_acue));
  REQUIRE(acting);
  const std::string status = status_of_started(k_three);
  CHECK(has(status, "Uid:\t5001\t5001\t5001\t5001"));
  check_three(status);
}

TEST_CASE("rights: what root starts for root keeps no more either", "[nat]") {
  lab::own_accounts();
  const std::string status = status_of_started(k_three);
  CHECK(has(status, "Uid:\t0\t0\t0\t0"));
  check_three(status);
}

TEST_CASE("rights: what a helper starts keeps two that the helper has no use of", "[nat]") {
  lab::own_accounts();
  const std::string status = as_helper(k_three);
  CHECK(has(status, "Uid:\t5001\t5001\t5001\t5001"));
  check_three(status);
}

TEST_CASE("rights: a program for which none is named has none of a helper's", "[nat]") {
  lab::own_accounts();
  const std::string status = as_helper({});
  INFO(status);
  for (const char* set : {"Inh", "Prm", "Eff", "Amb"})
    CHECK(has(status, std::string{"Cap"} + set + ":\t0000000000000000"));
}

TEST_CASE("rights: one that a helper has given up starts nothing", "[nat]") {
  lab::own_accounts();
  const std::string status = as_helper({Capability::net_admin, Capability::setgid});
  CHECK(has(status, "cannot run '/bin/grep': Operation not permitted"));
}

TEST_CASE("rights: the first that is not permitted is found", "[nat]") {
  lab::own_accounts();
  CHECK(kernel::find_missing({Capability::setgid, Capability::net_raw}).value() == std::nullopt);
  const std::string found = as_helper_of(lab::k_acue, []() -> Result<> {
    TRY(const auto missing, kernel::find_missing({Capability::net_raw, Capability::setgid}));
    return fail(Error{ErrorKind::failed, std::string{missing ? name_of(*missing) : "none"}, {}, {}});
  });
  CHECK(has(found, "CAP_SETGID"));
}
