#include "privilege/server.hpp"

#include "base/signal_hold.hpp"
#include "privilege/channel.hpp"
#include "privilege/protocol.hpp"

#include <algorithm>

namespace vdeup::privilege {
namespace {

/// What a request comes to. The descriptors are closed here once copies of them have been sent.
struct Served {
  Reply reply;
  std::vector<UniqueFd> fds{};
};

template <class Value>
Served refused(Result<Value> failed) {
  return {{.error = std::move(failed).error()}};
}

Served serve_tap(RequestHandler& handler, const VmTapPlan& plan) {
  auto opened = handler.open_tap(plan);
  if (!opened)
    return refused(std::move(opened));
  engine::VmTap tap = std::move(opened).value();
  Served served{{.tap = tap.name,
                 .queues = static_cast<unsigned>(tap.queues.size()),
                 .vhost = static_cast<unsigned>(tap.vhost.size())}};
  for (auto* list : {&tap.queues, &tap.vhost})
    std::move(list->begin(), list->end(), std::back_inserter(served.fds));
  return served;
}

Served serve_nic(RequestHandler& handler, const NicRequest& request, int channel, const Patience& patience) {
  const auto tell = [&](const std::string& text) { // who does not listen misses it
    (void)send_message(channel, write_reply({.note = text}), {}, Deadline::after(patience.reply));
  };
  auto done = handler.execute(request, channel, tell);
  return done ? Served{{.moved = std::move(done).value()}} : refused(std::move(done));
}

Served serve_request(RequestHandler& handler, const Identity& caller, std::string_view bytes, int channel,
                     const Patience& patience) {
  auto request = read_request(bytes, caller);
  if (!request)
    return refused(std::move(request));
  if (const auto* plan = std::get_if<VmTapPlan>(&request.value()))
    return serve_tap(handler, *plan);
  if (const auto* nic = std::get_if<NicRequest>(&request.value()))
    return serve_nic(handler, *nic, channel, patience);
  if (const auto* question = std::get_if<TapQuestion>(&request.value()))
    if (auto allowed = handler.may_attach(question->bridge); !allowed)
      return refused(std::move(allowed));
  if (const auto* question = std::get_if<NatQuestion>(&request.value()))
    if (auto allowed = handler.may_masquerade(question->bridge); !allowed)
      return refused(std::move(allowed));
  if (const auto* question = std::get_if<NatRulesQuestion>(&request.value())) {
    auto found = handler.has_nat_rules(question->bridge, question->mark);
    return found ? Served{{.is_no = !found.value()}} : refused(std::move(found));
  }
  if (const auto* step = std::get_if<LinkStep>(&request.value()))
    if (auto done = handler.execute(*step); !done)
      return refused(std::move(done));
  if (const auto* step = std::get_if<NatStep>(&request.value()))
    if (auto done = handler.execute(*step); !done)
      return refused(std::move(done));
  return {};
}

Result<> send(int channel, const Served& served, const Deadline& deadline) {
  TRY(send_message(channel, write_reply(served.reply), {}, deadline));
  for (std::size_t at = 0; at < served.fds.size(); at += k_max_fds) {
    std::vector<int> some;
    for (std::size_t i = at; i < std::min(at + k_max_fds, served.fds.size()); ++i)
      some.push_back(served.fds[i].get());
    TRY(send_message(channel, write_reply({}), some, deadline));
  }
  return ok();
}

} // namespace

Result<> serve(int channel, const Identity& caller, RequestHandler& handler, const Patience& patience) {
  const SignalHold hold; // Ctrl-C reaches us and the client, which then wants its undo
  for (;;) {
    auto message = receive_message(channel, k_max_request, Fds::dropped, Deadline::after(patience.silence));
    if (!message && message.error().kind() != ErrorKind::usage)
      return fail(std::move(message).error());
    if (message && !message.value())
      return ok();
    const Served served = message ? serve_request(handler, caller, message.value()->bytes, channel, patience)
                                  : refused(std::move(message));
    TRY(send(channel, served, Deadline::after(patience.reply)));
  }
}

} // namespace vdeup::privilege
