#include "kernel/reach.hpp"

#include "engine/probe_frame.hpp"
#include "kernel/links.hpp"
#include "kernel/reach_question.hpp"
#include "kernel/route_query.hpp"

#include <poll.h>

#include <algorithm>

namespace vdeup::kernel {
namespace {

constexpr std::chrono::milliseconds k_interval{250};

Result<std::unique_ptr<Question>> make_question(Netlink& netlink, const Device& device, const MacAddress& mac,
                                                const ReachTarget& target) {
  if (target.how != ReachTarget::How::neighbour && is_own_address(netlink, target.address))
    return fail(Error{
        ErrorKind::refused, "cannot probe " + target.address.str(), "it is an address of this host", {}});
  switch (target.how) {
  case ReachTarget::How::neighbour:
    return make_neighbour_question(device, mac, target.address);
  case ReachTarget::How::echo:
    return make_echo_question(target.address);
  case ReachTarget::How::connect:
    break;
  }
  return make_connect_question(target.address, target.port);
}

class Asking {
 public:
  explicit Asking(std::vector<std::unique_ptr<Question>> questions)
      : m_questions(std::move(questions)), m_has_answer(m_questions.size()) {}

  std::vector<bool> ask(const Deadline& deadline, const std::function<bool()>& is_wanted) {
    while (!is_done() && !deadline.is_over() && (!is_wanted || is_wanted())) {
      for (std::size_t i = 0; i < m_questions.size(); ++i)
        if (!m_has_answer[i])
          m_questions[i]->ask();
      const Deadline next = deadline.at_most(k_interval);
      while (!is_done() && !next.is_over())
        listen(next);
    }
    return m_has_answer;
  }

 private:
  [[nodiscard]] bool is_done() const {
    return std::all_of(m_has_answer.begin(), m_has_answer.end(), [](bool has) { return has; });
  }

  void listen(const Deadline& deadline) {
    std::vector<pollfd> waiting;
    for (std::size_t i = 0; i < m_questions.size(); ++i)
      waiting.push_back({m_has_answer[i] ? -1 : m_questions[i]->fd(), m_questions[i]->events(), 0});
    if (::poll(waiting.data(), waiting.size(), deadline.poll_timeout()) <= 0)
      return;
    for (std::size_t i = 0; i < waiting.size(); ++i)
      if (waiting[i].revents != 0)
        m_has_answer[i] = m_questions[i]->is_answered();
  }

  std::vector<std::unique_ptr<Question>> m_questions;
  std::vector<bool> m_has_answer;
};

} // namespace

Result<std::vector<bool>> reach(const Device& device, const std::vector<ReachTarget>& targets,
                                const Deadline& deadline, const std::function<bool()>& is_wanted) {
  TRY(auto netlink, Netlink::open());
  TRY(auto link, find_link(netlink, device.index));
  if (!link || !link->mac)
    return fail(Error{ErrorKind::conflict, "cannot ask through " + device.name.str(), "it is gone", {}});
  std::vector<std::unique_ptr<Question>> questions;
  for (const ReachTarget& target : targets) {
    TRY(auto question, make_question(netlink, device, *link->mac, target));
    questions.push_back(std::move(question));
  }
  return Asking{std::move(questions)}.ask(deadline, is_wanted);
}

} // namespace vdeup::kernel
