// Nothing is below base, and each library has its place.
#include "base/error.hpp"
#include "model/names.hpp" // refused

#include <boost/json/object.hpp> // refused
#include <boost/outcome/try.hpp>
#include <fmt/format.h>

#include <string>
