#include "privilege/nic_words.hpp"

#include "privilege/protocol.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vdeup::privilege {
namespace {

/// Writes requests about a NIC. How a move is to be made is the same words for all.
struct NicWriter {
  std::string operator()(const MoveNicIn& in) const {
    return fmt::format("move-nic-in {} {} {}", in.bridge.str(), in.nic.str(), terms(in.terms));
  }
  std::string operator()(const MoveNicOut& out) const {
    return fmt::format("move-nic-out {} {} {}", out.bridge.str(), static_cast<unsigned>(out.how),
                       terms(out.terms));
  }
  std::string operator()(const UndoNicMove& undo) const { return "undo-nic-move " + terms(undo.terms); }
  std::string operator()(const ConfirmNicMove& /*confirm*/) const { return "confirm-nic-move"; }

 private:
  static std::string terms(const MoveTerms& terms) {
    std::string words =
        fmt::format("{} {} {} {}", terms.force ? 1 : 0, terms.timeout.count(),
                    terms.confirm ? std::to_string(terms.confirm->count()) : "-", terms.probes.size());
    for (const ReachTarget& probe : terms.probes)
      words += fmt::format(" {} {} {}", static_cast<unsigned>(probe.how), probe.address.str(), probe.port);
    return words;
  }
};

MoveTerms read_terms(TextFields& words) {
  MoveTerms terms{.force = words.flag()};
  terms.timeout = std::chrono::seconds{words.number(k_max_seconds)};
  if (const auto confirm = words.number_or_none()) // a longer one is written otherwise, and so refused
    terms.confirm = std::chrono::seconds{std::min(*confirm, k_max_seconds)};
  for (auto left = words.number(k_max_probes); left > 0 && words.is_good(); --left) {
    const auto how = words.number(static_cast<unsigned>(ReachTarget::How::connect));
    const auto address = words.value<IpAddress>();
    const auto port = words.number<std::uint16_t>();
    if (address)
      terms.probes.push_back({static_cast<ReachTarget::How>(how), *address, port});
  }
  return terms;
}

} // namespace

std::string nic_words(const NicRequest& request) {
  return std::visit(NicWriter{}, request);
}

std::optional<NicRequest> read_nic_request(std::string_view kind, TextFields& words) {
  if (kind == "confirm-nic-move")
    return NicRequest{ConfirmNicMove{}};
  if (kind == "undo-nic-move")
    return NicRequest{UndoNicMove{read_terms(words)}};
  if (kind != "move-nic-in" && kind != "move-nic-out")
    return std::nullopt;
  auto bridge = words.value<IfName>();
  if (kind == "move-nic-in") {
    auto nic = words.value<IfName>();
    auto terms = read_terms(words);
    return bridge && nic
               ? std::optional{NicRequest{MoveNicIn{std::move(*bridge), std::move(*nic), std::move(terms)}}}
               : std::nullopt;
  }
  const auto how =
      static_cast<MoveNicOut::How>(words.number(static_cast<unsigned>(MoveNicOut::How::retreat)));
  auto terms = read_terms(words);
  return bridge ? std::optional{NicRequest{MoveNicOut{std::move(*bridge), std::move(terms), how}}}
                : std::nullopt;
}

} // namespace vdeup::privilege
