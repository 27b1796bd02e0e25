// The hardware addresses of VMs, as QEMU itself reports them.

#include "support/catch.hpp"
#include "support/lab.hpp"
#include "vm/network.hpp"

#include <regex>
#include <set>

using namespace vmlab;

namespace {

std::vector<std::string> addresses_in(const std::string& text) {
  static const std::regex pattern{"macaddr=([0-9a-f:]{17})"};
  std::vector<std::string> found;
  for (std::sregex_iterator at{text.begin(), text.end(), pattern}, end; at != end; ++at)
    found.push_back((*at)[1]);
  return found;
}

/// Launch a VM with these words, and end it when QEMU has told the addresses of its NICs.
std::vector<std::string> addresses_of(const Network& network, const Words& words) {
  auto vm = network.launch(words + stays_stopped());
  vm.write("info network\nquit\n");
  const auto ended = vm.finish();
  INFO(ended.err);
  CHECK(ended.status == 0);
  CHECK(network.becomes_empty());
  return addresses_in(ended.out);
}

} // namespace

TEST_CASE("a VM has the same address at each launch, and another VM has another one", "[vm]") {
  const Network network;
  const auto first = addresses_of(network, {"-name", "one"});
  REQUIRE(first.size() == 1);
  CHECK(first[0].starts_with("52:54:00:"));
  CHECK(addresses_of(network, {"-name", "one"}) == first);
  const auto other = addresses_of(network, {"-name", "two"});
  REQUIRE(other.size() == 1);
  CHECK(other[0].starts_with("52:54:00:"));
  CHECK(other != first);
  network.remove();
}

TEST_CASE("the NICs of one VM have different addresses", "[vm]") {
  const Network network;
  const auto found = addresses_of(network, {"-netdev", "vde,id=a", "-device", "virtio-net-pci,netdev=a",
                                            "-netdev", "vde,id=b", "-device", "virtio-net-pci,netdev=b"});
  REQUIRE(found.size() == 2);
  CHECK(found[0] != found[1]);
  network.remove();
}

TEST_CASE("VMs of one name that run at the same time have different addresses", "[vm]") {
  const Network network;
  auto one = network.launch(Words{"-name", "same"} + stays_stopped());
  auto other = network.launch(Words{"-name", "same"} + stays_stopped());
  REQUIRE(answers(one));
  REQUIRE(answers(other));
  std::set<std::string> addresses;
  for (const Client& client : network.clients())
    addresses.insert(client.mac);
  CHECK(addresses.size() == 2);
}

TEST_CASE("an address that the line gives is kept", "[vm]") {
  const Network network;
  const std::string mac = "52:54:00:ab:cd:ef";
  const auto words =
      GENERATE_COPY(values<Words>({{"-net", "nic,macaddr=" + mac, "-net", "vde"},
                                   {"-net", "nic,macaddr=" + mac},
                                   {"-nic", "vde,mac=" + mac},
                                   {"-netdev", "vde,id=n0", "-device", "virtio-net-pci,netdev=n0,mac=" + mac},
                                   {"-netdev", "vde,id=n0", "-net", "nic,netdev=n0,macaddr=" + mac}}));
  CAPTURE(words);
  CHECK(addresses_of(network, words) == Words{mac});
  network.remove();
}
