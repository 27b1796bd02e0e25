#pragma once

// What nearly every test includes, and is long to compile.

#include "support/catch.hpp"
#include "support/spawn.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>
