// The parts of private networks that need no kernel, and what a kernel should not say.

#include "firewall/nft_set.hpp"
#include "nat/ip_networks.hpp"
#include "nat/nat_rules.hpp"
#include "nat/nft_library.hpp"
#include "unit/netlink_bytes.hpp"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

using namespace netlink_bytes;
using namespace vdeup;
using namespace vdeup::firewall;
using namespace vdeup::kernel;
using namespace vdeup::nat;

namespace {

IpPrefix prefix(const std::string& address, std::uint8_t length) {
  return {IpAddress::parse(address).value(), length};
}

Message nft_message(int type) {
  return message_of((NFNL_SUBSYS_NFTABLES << 8) | type,
                    nfgenmsg{.nfgen_family = NFPROTO_INET, .version = NFNETLINK_V0, .res_id = 0});
}

/// A table whose user data are these bytes.
Message table_with(const std::string& data) {
  Message message = nft_message(NFT_MSG_NEWTABLE);
  put_text(message, NFTA_TABLE_NAME, "t");
  REQUIRE(nla_put(message.get(), NFTA_TABLE_USERDATA, static_cast<int>(data.size()), data.data()) == 0);
  return message;
}

std::string comment_in(const std::string& data) {
  return parse_nft_comment(*nlmsg_hdr(table_with(data).get()));
}

Message element_message() {
  Message message = nft_message(NFT_MSG_NEWSETELEM);
  nest(message, NFTA_SET_ELEM_LIST_ELEMENTS, [&] {
    nest(message, NFTA_LIST_ELEM, [&] {
      nest(message, NFTA_SET_ELEM_KEY,
           [&] { REQUIRE(nla_put(message.get(), NFTA_DATA_VALUE, 2, "\0\x35") == 0); });
      nest(message, NFTA_SET_ELEM_DATA, [&] {
        nest(message, NFTA_DATA_VERDICT, [&] {
          put_in_network_order(message, NFTA_VERDICT_CODE, static_cast<std::uint32_t>(NFT_JUMP));
          put_text(message, NFTA_VERDICT_CHAIN, "there");
        });
      });
    });
    nest(message, NFTA_LIST_ELEM, [] {}); // one that has no key
  });
  return message;
}

Message route(std::uint8_t type, std::uint8_t length, unsigned flags = 0) {
  Message message = message_of(RTM_NEWROUTE, rtmsg{.rtm_family = AF_INET,
                                                   .rtm_dst_len = length,
                                                   .rtm_src_len = 0,
                                                   .rtm_tos = 0,
                                                   .rtm_table = RT_TABLE_MAIN,
                                                   .rtm_protocol = RTPROT_STATIC,
                                                   .rtm_scope = RT_SCOPE_UNIVERSE,
                                                   .rtm_type = type,
                                                   .rtm_flags = flags});
  REQUIRE(nla_put(message.get(), RTA_DST, 4, "\x0a\x01\x02\x00") == 0);
  return message;
}

} // namespace

TEST_CASE("network_of: keeps the bits of the prefix and no other", "[kernel]") {
  CHECK(network_of(prefix("10.1.2.3", 24)) == prefix("10.1.2.0", 24));
  CHECK(network_of(prefix("10.255.2.3", 9)) == prefix("10.128.0.0", 9));
  CHECK(network_of(prefix("10.1.2.3", 32)) == prefix("10.1.2.3", 32));
  CHECK(network_of(prefix("10.1.2.3", 0)) == prefix("0.0.0.0", 0));
  CHECK(network_of(prefix("fd12:3456::ffff", 64)) == prefix("fd12:3456::", 64));
  CHECK(network_of(prefix("fd12:3456::", 20)) == prefix("fd12:3000::", 20));
}

TEST_CASE("parse_route_network: takes ways to somewhere else, and not to everywhere", "[kernel]") {
  const auto network = [](const Message& message) { return parse_route_network(*nlmsg_hdr(message.get())); };
  CHECK(network(route(RTN_UNICAST, 23)) == prefix("10.1.2.0", 23));
  CHECK(network(route(RTN_UNREACHABLE, 24)) == prefix("10.1.2.0", 24));
  CHECK_FALSE(network(route(RTN_LOCAL, 32)));
  CHECK_FALSE(network(route(RTN_BROADCAST, 32)));
  CHECK_FALSE(network(route(RTN_UNICAST, 0)));
  CHECK_FALSE(network(route(RTN_UNICAST, 24, RTM_F_CLONED)));
  parse_all_beginnings(route(RTN_UNICAST, 24), parse_route_network);
}

TEST_CASE("parse_nft_comment: finds the comment among what else nft keeps", "[kernel]") {
  CHECK(comment_in(std::string{"\0\3ab\0", 5}) == "ab");
  CHECK(comment_in(std::string{"\7\1x\0\2hi", 7}) == "hi");
  CHECK(comment_in(std::string{"\7\1x", 3}) == "");
  CHECK(comment_in(std::string{"\0\377ab", 4}) == ""); // longer than there is
  CHECK(comment_in(std::string{"\0", 1}) == "");
  CHECK(comment_in("") == "");
  parse_all_beginnings(table_with(std::string{"\0\3ab\0", 5}), parse_nft_comment);
}

TEST_CASE("parse_nft_elements: reads keys and verdicts, and no element without a key", "[kernel]") {
  const Message message = element_message();
  const auto read = [](const nlmsghdr& answer) {
    const auto list = parse_nft_elements(answer);
    return list ? read_elements({*list}) : std::vector<NftElement>{};
  };
  const auto elements = read(*nlmsg_hdr(message.get()));
  REQUIRE(elements.size() == 1);
  CHECK(elements.front().key == std::vector<std::uint8_t>{0, 53});
  CHECK(elements.front().action == Action::jump);
  CHECK(elements.front().target == "there");
  parse_all_beginnings(message, read);
}

TEST_CASE("compare_name: of any other interface a whole name says no more than which it is not", "[kernel]") {
  FrameSide side = make_frame_side("br0", 7);
  const std::string whole{"br0\0", 4};
  CHECK(compare_name(side, whole) == Match::always);
  CHECK(compare_name(side, "br") == Match::always);
  CHECK(compare_name(side, std::string{"br\0", 3}) == Match::never);
  side.is_another = true;
  CHECK(compare_name(side, whole) == Match::never);
  CHECK(compare_name(side, "br") == Match::sometimes);
  CHECK(compare_name(side, std::string{"br\0", 3}) == Match::sometimes);
  CHECK(compare_name(FrameSide{}, std::string{"eth0\0", 5}) == Match::never);
}

TEST_CASE("first_complaint: is nft's first line without the place", "[kernel]") {
  CHECK(first_complaint("/dev/stdin:1:33-33: Error: syntax error\nadd chain\n^\n") == "syntax error");
  CHECK(first_complaint("Error: Could not process rule: No such file or directory\ndelete") ==
        "Could not process rule: No such file or directory");
  CHECK(first_complaint("what else") == "what else");
  CHECK(first_complaint("") == "");
}
