#include "base/error.hpp" // refused
#include "cli/app.hpp"
