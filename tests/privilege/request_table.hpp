#pragma once

#include <string>
#include <vector>

namespace privilege_lab {

/// One request of each kind that the helper knows, in a world in which it is carried out. Who adds a kind
/// adds a row here, and the tests of signals hold it to the rules.
struct RequestRow {
  std::string request;                 ///< its words, behind the version
  std::string answer = "ok";           ///< as the talker prints it
  std::vector<std::string> world{};    ///< lines of ip(8) that come before
  std::vector<std::string> requests{}; ///< and then requests
  std::string completed_by{};          ///< the request that makes whole what a kill can leave half-made
};

[[nodiscard]] const std::vector<RequestRow>& request_table();

/// Empty the world, make that of a row, and allow acue and berta what is in the table, with so many TAPs.
void make_world(const RequestRow& row, unsigned taps);

/// What the tests compare: each device with its kind, mark, owner and master, and whether it is up and stays.
[[nodiscard]] std::string facts();

/// The number of TAPs that there are, marked or not.
[[nodiscard]] std::size_t count_taps();

} // namespace privilege_lab
