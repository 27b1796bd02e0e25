#include "engine/probe_frame.hpp"
#include "support/catch.hpp"

#include <numeric>
#include <sstream>

using namespace vdeup;
using namespace vdeup::engine;

namespace {

Frame bytes(const std::string& text) {
  std::istringstream words{text};
  Frame frame;
  for (unsigned byte = 0; words >> std::hex >> byte;)
    frame.push_back(static_cast<std::uint8_t>(byte));
  return frame;
}

IpAddress ip(const std::string& text) {
  return IpAddress::parse(text).value();
}

const MacAddress k_source = MacAddress::parse("02:11:22:33:44:55").value();
const MacAddress k_guest = MacAddress::parse("52:54:00:12:34:56").value();
const IpAddress k_ip4 = ip("192.0.2.7");
const IpAddress k_ip6 = ip("2001:db8::a:1234:5678");

const std::string k_arp_reply = "02 11 22 33 44 55 52 54 00 12 34 56 08 06 " // to us, from the guest
                                "00 01 08 00 06 04 00 02 "                   // Ethernet, IPv4, reply
                                "52 54 00 12 34 56 c0 00 02 07 "             // sender
                                "02 11 22 33 44 55 00 00 00 00";             // target
const std::string k_advertisement =
    "02 11 22 33 44 55 52 54 00 12 34 56 86 dd "                               //
    "60 00 00 00 00 20 3a ff "                                                 // 32 bytes, ICMPv6, hop limit
    "20 01 0d b8 00 00 00 00 00 00 00 0a 12 34 56 78 "                         // from the guest
    "fe 80 00 00 00 00 00 00 00 11 22 ff fe 33 44 55 "                         // to us
    "88 00 fd ed 60 00 00 00 20 01 0d b8 00 00 00 00 00 00 00 0a 12 34 56 78 " // solicited; target
    "02 01 52 54 00 12 34 56";                                                 // its address

std::string replaced(std::string text, const std::string& part, const std::string& by) {
  return text.replace(text.find(part), part.size(), by);
}

/// True if a frame still passes for an answer with one byte of it changed.
bool accepts_with(Frame frame, std::size_t at, std::uint8_t value, const IpAddress& address) {
  frame.at(at) = value;
  return parse_owner(frame, k_source, address).has_value();
}

} // namespace

TEST_CASE("probe frame: a source is unicast, locally administered and as various as chance", "[engine]") {
  for (const std::uint64_t chance :
       {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{0x123456789abcdef0}}) {
    const MacAddress source = probe_source(chance);
    CHECK_FALSE(source.is_multicast());
    CHECK((source.bytes()[0] & 2U) != 0);
  }
  CHECK(probe_source(0x0000112233445566) != probe_source(0x0000112233445566 + 0x100));
}

TEST_CASE("probe frame: the broadcast is a whole Ethernet frame from its source", "[engine]") {
  const Frame frame = broadcast_frame(k_source);
  CHECK(frame.size() == 60);
  CHECK(Frame(frame.begin(), frame.begin() + 14) == bytes("ff ff ff ff ff ff 02 11 22 33 44 55 88 b5"));
  CHECK(std::accumulate(frame.begin() + 14, frame.end(), 0U) == 0);
}

TEST_CASE("probe frame: an ARP probe is that of RFC 5227", "[engine]") {
  Frame expected = bytes("ff ff ff ff ff ff 02 11 22 33 44 55 08 06 "
                         "00 01 08 00 06 04 00 01 "
                         "02 11 22 33 44 55 00 00 00 00 "
                         "00 00 00 00 00 00 c0 00 02 07");
  expected.resize(60);
  CHECK(who_has_frame(k_source, k_ip4) == expected);
}

TEST_CASE("probe frame: a neighbour solicitation comes from a link-local address", "[engine]") {
  CHECK(who_has_frame(k_source, k_ip6) ==
        bytes("33 33 ff 34 56 78 02 11 22 33 44 55 86 dd "       // solicited-node group
              "60 00 00 00 00 20 3a ff "                         // 32 bytes, hop limit 255
              "fe 80 00 00 00 00 00 00 00 11 22 ff fe 33 44 55 " // from the address of the source
              "ff 02 00 00 00 00 00 00 00 00 00 01 ff 34 56 78 " // to the group
              "87 00 bf cf 00 00 00 00 20 01 0d b8 00 00 00 00 00 00 00 0a 12 34 56 78 "
              "01 01 02 11 22 33 44 55")); // where to reply to
}

TEST_CASE("probe frame: an announcement is a gratuitous ARP request or an unsolicited advertisement",
          "[engine]") {
  Frame arp = bytes("ff ff ff ff ff ff 52 54 00 12 34 56 08 06 "
                    "00 01 08 00 06 04 00 01 "
                    "52 54 00 12 34 56 c0 00 02 07 "
                    "00 00 00 00 00 00 c0 00 02 07");
  arp.resize(60);
  CHECK(announcement(k_guest, k_ip4) == arp);
  CHECK(announcement(k_guest, k_ip6) ==
        bytes("33 33 00 00 00 01 52 54 00 12 34 56 86 dd "
              "60 00 00 00 00 20 3a ff "
              "20 01 0d b8 00 00 00 00 00 00 00 0a 12 34 56 78 "
              "ff 02 00 00 00 00 00 00 00 00 00 00 00 00 00 01 "
              "88 00 a3 04 20 00 00 00 20 01 0d b8 00 00 00 00 00 00 00 0a 12 34 56 78 "
              "02 01 52 54 00 12 34 56"));
}

TEST_CASE("probe frame: answers name the owner, padded or not", "[engine]") {
  CHECK(parse_owner(bytes(k_arp_reply), k_source, k_ip4) == k_guest);
  CHECK(parse_owner(bytes(k_advertisement), k_source, k_ip6) == k_guest);
  for (const auto& [text, address] : {std::pair{k_arp_reply, k_ip4}, std::pair{k_advertisement, k_ip6}}) {
    Frame padded = bytes(text);
    padded.resize(padded.size() + 18, 0xaa);
    CHECK(parse_owner(padded, k_source, address) == k_guest);
  }
}

TEST_CASE("probe frame: our own questions and others' answers are no answers", "[engine]") {
  CHECK_FALSE(parse_owner(who_has_frame(k_source, k_ip4), k_source, k_ip4));
  CHECK_FALSE(parse_owner(who_has_frame(k_source, k_ip6), k_source, k_ip6));
  CHECK_FALSE(parse_owner(broadcast_frame(k_source), k_source, k_ip4));
  CHECK_FALSE(parse_owner(bytes(k_arp_reply), k_source, ip("192.0.2.8")));
  CHECK_FALSE(parse_owner(bytes(k_arp_reply), k_source, k_ip6));
  CHECK_FALSE(parse_owner(bytes(k_advertisement), k_source, ip("2001:db8::a:1234:5679")));
  CHECK_FALSE(parse_owner(bytes(k_advertisement), k_source, k_ip4));
}

TEST_CASE("probe frame: an ARP reply to somebody else, or to nobody, is not one to us", "[engine]") {
  CHECK_FALSE(parse_owner(bytes(k_arp_reply), k_guest, k_ip4));
  std::string unasked = k_arp_reply; // gratuitous: to everybody, its own address as the target
  unasked.replace(0, 17, "ff ff ff ff ff ff");
  unasked.replace(unasked.rfind("02 11 22"), 29, "52 54 00 12 34 56 c0 00 02 07");
  CHECK_FALSE(parse_owner(bytes(unasked), k_source, k_ip4));
}

TEST_CASE("probe frame: an advertisement that nobody solicited is no reply", "[engine]") {
  const std::string to_us = "fe 80 00 00 00 00 00 00 00 11 22 ff fe 33 44 55";
  const std::string to_all = "ff 02 00 00 00 00 00 00 00 00 00 00 00 00 00 01";
  const std::string to_all_unsolicited =
      replaced(replaced(k_advertisement, to_us, to_all), "fd ed 60", "a3 04 20");
  CHECK_FALSE(parse_owner(bytes(to_all_unsolicited), k_source, k_ip6));
  const std::string to_all_solicited =
      replaced(replaced(k_advertisement, to_us, to_all), "fd ed 60", "63 04 60");
  CHECK_FALSE(parse_owner(bytes(to_all_solicited), k_source, k_ip6));
  CHECK_FALSE(parse_owner(bytes(replaced(k_advertisement, "fd ed 60", "3d ee 20")), k_source, k_ip6));
  CHECK_FALSE(parse_owner(bytes(k_advertisement), k_guest, k_ip6)); // a reply to another asker
}

TEST_CASE("probe frame: what is cut off anywhere is no answer", "[engine]") {
  for (const auto& [text, address] : {std::pair{k_arp_reply, k_ip4}, std::pair{k_advertisement, k_ip6}}) {
    const Frame whole = bytes(text);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      CHECK_FALSE(parse_owner(Frame(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)),
                              k_source, address));
    }
  }
}

TEST_CASE("probe frame: no byte of an answer that matters can be wrong", "[engine]") {
  const Frame arp = bytes(k_arp_reply);
  for (std::size_t at = 12; at < 22; ++at) // type, and all before the sender
    CHECK_FALSE(accepts_with(arp, at, static_cast<std::uint8_t>(arp[at] ^ 1U), k_ip4));
  CHECK_FALSE(accepts_with(arp, 22, 0x53, k_ip4)); // a group has no address
  const Frame advertisement = bytes(k_advertisement);
  for (std::size_t at = 18; at < advertisement.size(); ++at) { // the checksum covers the rest
    CAPTURE(at);
    CHECK_FALSE(accepts_with(advertisement, at, static_cast<std::uint8_t>(advertisement[at] ^ 1U), k_ip6));
  }
  CHECK_FALSE(accepts_with(advertisement, 14, 0x40, k_ip6)); // IPv4
}

TEST_CASE("probe frame: wrong lengths are never read beyond", "[engine]") {
  const Frame whole = bytes(k_advertisement);
  for (unsigned size = 0; size < 0x100; ++size) { // of the payload, low byte
    CAPTURE(size);
    CHECK(accepts_with(whole, 19, static_cast<std::uint8_t>(size), k_ip6) == (size == 0x20));
  }
  for (unsigned size = 0; size < 0x100; ++size) // of the option; the checksum refuses it anyhow
    CHECK(accepts_with(whole, 79, static_cast<std::uint8_t>(size), k_ip6) == (size == 1));
}

TEST_CASE("probe frame: options with impossible lengths are refused though the checksum is right",
          "[engine]") {
  // Length 0, and one that goes beyond the end; each change of a byte is made good in the checksum.
  const std::pair<std::string, std::string> damaged[] = {{"02 00", "fd ee"}, {"02 02", "fd ec"}};
  for (const auto& [option, sum] : damaged) {
    std::string text = k_advertisement;
    text.replace(text.find("02 01 52"), 5, option);
    text.replace(text.find("fd ed"), 5, sum);
    CHECK_FALSE(parse_owner(bytes(text), k_source, k_ip6));
  }
  // The same way of correcting the checksum is accepted where all else is right: the last byte one higher.
  std::string text = k_advertisement;
  text.replace(text.size() - 2, 2, "57");
  text.replace(text.find("fd ed"), 5, "fd ec");
  CHECK(parse_owner(bytes(text), k_source, k_ip6) == MacAddress::parse("52:54:00:12:34:57").value());
}
