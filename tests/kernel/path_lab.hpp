#pragma once

#include "model/host_facts.hpp"
#include "model/names.hpp"
#include "support/spawn.hpp"
#include "support/tools.hpp"

#include <functional>
#include <string>
#include <vector>

// What the tests of the way to the outside share: a bridge br0, and what the kernel room says of it.
namespace path_lab {

using lab::needs;

using vdeup::ForwardFilter;
using vdeup::HostFacts;

inline const vdeup::IfName k_bridge = vdeup::IfName::parse("br0").value();

/// Run a line of words, which has to succeed, and give what it prints.
std::string must(const std::string& line);

/// The facts about br0, which have to be had.
HostFacts facts();
/// The filters among them, which have to be readable; all of them, or the only one.
std::vector<ForwardFilter> filters();
ForwardFilter only_filter();
/// Does the only filter accept all frames of br0?
bool accepts();

/// Make br0 with a port, `inside`, whose other end, `outside`, is not in it.
void make_bridge(const std::string& options = "");

/// A fork of this test that runs `work` as an ordinary user, if we can be others. It writes a byte to `ready`
/// when it has come as far as the test waits for.
class Alice {
 public:
  explicit Alice(const std::function<bool(int ready)>& work);
  Alice(const Alice&) = delete;
  Alice& operator=(const Alice&) = delete;
  ~Alice();

  void signal(int number) const;
  /// Wait until it has said that it is ready.
  [[nodiscard]] bool is_ready() const;
  /// Wait until ps(1) gives this state: S for asleep, T for stopped.
  [[nodiscard]] bool comes_to(const std::string& state) const;
  /// Wait for its end; true if the work gave true.
  bool finish();

 private:
  pid_t m_pid = -1;
  int m_ready = -1;
};

} // namespace path_lab
