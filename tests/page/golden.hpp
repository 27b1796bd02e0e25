#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace page {

// What changes from run to run in answers is replaced by a word in capitals, and nothing else is:
//
//   MAC    each MAC address                  PID    the pid of a switch or a VM
//   N      counters of packets and bytes     HOST   the name of this host
//   FD     numbers of descriptors            SECONDS  how long a switch has run
//   BIN    the directory of the programs under test
//   LEARNT the addresses that a switch has learnt, which come when the bridge and the guests send
//
// Where a switch or a VM has no pid, and where there is no address, the answer is left as it is.

/// Filter the rows of -X.
std::string steady_rows(const std::string& rows);

/// Filter a JSON answer.
boost::json::value steady_json(boost::json::value answer);

/// Write JSON with a member or element on each line, in the order in which it came.
std::string pretty(const boost::json::value& value, const std::string& indent = "");

} // namespace page
