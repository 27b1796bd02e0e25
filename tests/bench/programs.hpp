#pragma once

#include <string>
#include <vector>

namespace bench {

/// What is measured, and what it is measured with and against.
struct Programs {
  std::string vdeup;
  std::string vdeq; ///< empty: there is none
  std::string qemu; ///< empty: there is none
  std::string tiny_vm;
  std::string by_hand;
  int rounds = 41;
};

/// Read the command line: VDEUP [VDEQ [ROUNDS]]. Throws where it is wrong.
Programs read_arguments(const std::vector<std::string>& arguments);

} // namespace bench
