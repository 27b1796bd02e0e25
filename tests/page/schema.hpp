#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace page {

/// Hold an answer to the schema that man/vdeup.1 describes (JSON OUTPUT): which members there are, and of
/// what type. Returns what is wrong, one fault a line; a member that the page does not name is one, too.
std::string schema_faults(const boost::json::value& answer);

} // namespace page
