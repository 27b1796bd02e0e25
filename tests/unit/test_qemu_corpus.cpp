#include "base/text.hpp"
#include "support/catch.hpp"
#include "support/qemu_corpus.hpp"

#include <fmt/format.h>

using namespace lab;
using vdeup::MacAddress;
using vdeup::qemu::Connected;
using vdeup::qemu::VdeNic;

namespace {

/// As if the NICs had got the descriptors 10, 12, … and, where they have none, the addresses …:01, …:02, ….
Connected connect(const VdeNic& nic, std::size_t number) {
  const auto mac = MacAddress::parse(fmt::format("52:54:00:00:00:{:02x}", number + 1));
  return {.fd = 10 + 2 * static_cast<int>(number),
          .mac = nic.mac.value_or(mac.value()),
          .socket = nic.socket.value_or("/var/tmp/vde_switch0.user")};
}

std::string lines(const std::vector<std::string>& texts) {
  std::string text;
  for (const std::string& line : texts)
    text += line + "\n";
  return text;
}

} // namespace

TEST_CASE("corpus: each line of tests/cases/qemu becomes what it is to become", "[qemu]") {
  const auto cases = read_qemu_cases();
  CHECK(cases.size() >= 80);
  for (const QemuCase& example : cases) {
    const auto outcome = rewrite_case(example, connect);
    const std::string got =
        outcome.error.empty() ? vdeup::shell_line(outcome.words) : "error: " + outcome.error;
    INFO(fmt::format("case: {}\nline: {}\nwant: {}\ngot:  {}\ntold: {}", example.name,
                     vdeup::shell_line(example.line), example.expected, got, lines(outcome.told)));
    if (example.expects_error()) {
      CHECK(got + "\n" == example.expected);
      continue;
    }
    CHECK(outcome.error.empty());
    CHECK(outcome.words == split_words(example.expected));
    CHECK(lines(outcome.told) == example.told);
  }
}

TEST_CASE("corpus: its words are split as a shell splits them", "[qemu]") {
  CHECK(split_words("a  'b c' \"d 'e' \\\"f\\\"\" g\\ h '' i'j'k\n\\\nl") ==
        std::vector<std::string>{"a", "b c", "d 'e' \"f\"", "g h", "", "ijk", "l"});
}
