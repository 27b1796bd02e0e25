#pragma once

// Catch2 2.13 and 3 name their header differently. A test includes this one.

// No try block in each assertion: it doubles the code of a test. An exception ends the test case as a failure
// anyway.
#define CATCH_CONFIG_FAST_COMPILE

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
