// The seam does not know who is behind it.
#include "engine/apply.hpp"
#include "model/step.hpp"
#include "vde/start.hpp" // refused

#include <netlink/netlink.h> // refused
