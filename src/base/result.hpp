#pragma once

#include "base/error.hpp"

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/success_failure.hpp>
#include <boost/outcome/try.hpp>

#include <utility>

namespace vdeup {

/// A value, or the Error that explains why there is none. Looking at the wrong one ends the process: that is
/// a bug, not a failure.
template <class T = void>
using Result = boost::outcome_v2::basic_result<T, Error, boost::outcome_v2::policy::terminate>;

/// The success of an operation that has no value to give.
inline auto ok() {
  return boost::outcome_v2::success();
}

/// Return an Error from a function that returns a Result.
inline auto fail(Error error) {
  return boost::outcome_v2::failure(std::move(error));
}

} // namespace vdeup

/// `TRY(auto x, f());` or `TRY(f());`: go on with the value of f(), or return its Error to the caller.
#define TRY(...) BOOST_OUTCOME_TRY(__VA_ARGS__)
