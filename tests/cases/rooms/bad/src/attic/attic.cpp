// A room without rows in the table. // refused
#include "base/error.hpp" // refused
