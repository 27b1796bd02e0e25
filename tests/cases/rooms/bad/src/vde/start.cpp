// vde starts processes, and only process knows how.
#include "engine/host.hpp"
#include "process/command.hpp"
#include "plan/planner.hpp" // refused

#include <boost/asio/io_context.hpp> // refused
#include <boost/process/v2/process.hpp> // refused
#include <libvdeplug.h>
