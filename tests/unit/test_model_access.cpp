#include "model/access.hpp"
#include "support/catch.hpp"

using namespace vdeup;
using Kind = SwitchAccess::Kind;

namespace {

const Group k_lab{5100, "lab"};
const Group k_kvm{5101, "kvm"};

} // namespace

TEST_CASE("access: modes are written as ls writes them", "[model]") {
  CHECK(mode_text(0700) == "rwx------");
  CHECK(mode_text(02700) == "rwx--S---");
  CHECK(mode_text(02750) == "rwxr-s---");
  CHECK(mode_text(0600) == "rw-------");
  CHECK(mode_text(07777) == "rwsrwsrwt");
  CHECK(mode_text(07000) == "--S--S--T");
  CHECK(mode_text(0) == "---------");
}

TEST_CASE("access: the modes of the manual page", "[model]") {
  CHECK(mode_text(SwitchAccess{}.directory_mode()) == "rwx------");
  CHECK(mode_text(SwitchAccess{Kind::group_id, k_lab}.directory_mode()) == "rwx--S---");
  CHECK(mode_text(SwitchAccess{Kind::shared, k_lab}.directory_mode()) == "rwxr-s---");
}

TEST_CASE("access: the s-bit lets nobody in, and so is as good as none", "[model]") {
  CHECK(grants({Kind::group_id, k_lab}, {Kind::owner, k_lab}));
  CHECK_FALSE(grants({Kind::owner, k_lab}, {Kind::group_id, k_lab}));
  CHECK_FALSE(grants({Kind::shared, k_lab}, {Kind::owner, k_lab}));
  CHECK_FALSE(grants({Kind::owner, k_lab}, {Kind::shared, k_lab}));
}

TEST_CASE("access: another group is another access", "[model]") {
  CHECK(grants({Kind::shared, k_lab}, {Kind::shared, k_lab}));
  CHECK_FALSE(grants({Kind::shared, k_lab}, {Kind::shared, k_kvm}));
  CHECK_FALSE(grants({Kind::owner, k_lab}, {Kind::owner, k_kvm}));
  CHECK(grants({Kind::owner, k_lab}, {Kind::owner, std::nullopt})); // none was asked for
}

TEST_CASE("access: said in words", "[model]") {
  CHECK(describe(SwitchAccess{}) == "for its owner only (rwx------)");
  CHECK(describe({Kind::group_id, k_lab}) == "for its owner only (rwx--S---, group lab)");
  CHECK(describe({Kind::shared, k_lab}) == "shared with group lab (rwxr-s---)");
}
