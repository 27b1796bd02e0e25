// The record of a move: believed only where it was written by us, whole, and about this network.

#include "nic/transaction_lab.hpp"

#include <sys/stat.h>

#include <cstdio>

using namespace lab;

TEST_CASE("record: after a loss of power, or in another namespace, nothing is taken back", "[nic]") {
  const Neighbourhood neighbourhood;
  const Beginning beginning{vd::NicMove::Direction::in};
  const auto store = locked_store();
  tx::Record record{store.network(), beginning.move()};
  record.network.boot.back() = record.network.boot.back() == '0' ? '1' : '0';
  REQUIRE(store.write(record));
  CHECK_FALSE(tx::roll_back_interrupted(store, open_hosts().value()).value());
  CHECK(beginning.changes() == "");
  forget(store);
}

TEST_CASE("record: what others could have written is refused", "[nic]") {
  const Neighbourhood neighbourhood;
  const Beginning beginning{vd::NicMove::Direction::in};
  const auto store = locked_store();
  REQUIRE(store.write({store.network(), beginning.move()}));
  const std::string path = store.path(Kind::open);

  SECTION("a wide mode") {
    REQUIRE(::chmod(path.c_str(), 0666) == 0);
    CHECK_FALSE(store.read(Kind::open));
  }
  SECTION("a symbolic link") {
    REQUIRE(::rename(path.c_str(), "/run/elsewhere") == 0);
    REQUIRE(::symlink("/run/elsewhere", path.c_str()) == 0);
    CHECK_FALSE(store.read(Kind::open));
  }
  SECTION("every way of being cut short") {
    const std::string text = tx::to_text({store.network(), beginning.move()});
    for (std::size_t size = 0; size < text.size(); ++size)
      REQUIRE_FALSE(tx::parse_record(text.substr(0, size)));
    CHECK(tx::parse_record(text));
    CHECK_FALSE(tx::parse_record(text + "x"));
  }
  SECTION("a directory in which others write") {
    REQUIRE(::chmod(tx::k_record_directory, 0777) == 0);
    CHECK_FALSE(tx::RecordStore::open(true));
    REQUIRE(::chmod(tx::k_record_directory, 0755) == 0);
  }
  forget(store);
}
