# Each room links only what its CMakeLists.txt line names; see src/CMakeLists.txt.
#
# With VDEUP_STATIC_RUNTIME the C++ side (its library, Boost, fmt) is part of the program. Loading it from shared
# libraries is a third of the time that a launch costs.
set(Boost_USE_STATIC_LIBS ${VDEUP_STATIC_RUNTIME})
find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS program_options json)
find_package(fmt REQUIRED)
if(VDEUP_STATIC_RUNTIME) # Debian has no static fmt. Header-only, each file would compile it again: two thirds of its time.
  add_library(vdeup_fmt STATIC ${PROJECT_SOURCE_DIR}/src/base/fmt_library.cpp)
  target_include_directories(vdeup_fmt SYSTEM PUBLIC $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
  target_compile_features(vdeup_fmt PUBLIC cxx_std_20)
  target_compile_definitions(vdeup_fmt PUBLIC FMT_USE_LONG_DOUBLE=0) # unused, and with -Os it needs libm
else()
  add_library(vdeup_fmt INTERFACE)
  target_link_libraries(vdeup_fmt INTERFACE fmt::fmt)
endif()
find_package(Threads REQUIRED)
# The headers alone, with our fmt: the library is one more to load for each launch, and most of it stays unused.
find_package(spdlog REQUIRED)
add_library(vdeup_spdlog INTERFACE)
target_include_directories(vdeup_spdlog SYSTEM INTERFACE $<TARGET_PROPERTY:spdlog::spdlog_header_only,INTERFACE_INCLUDE_DIRECTORIES>)
target_compile_definitions(vdeup_spdlog INTERFACE SPDLOG_FMT_EXTERNAL)
target_link_libraries(vdeup_spdlog INTERFACE vdeup_fmt Threads::Threads)
find_package(PkgConfig REQUIRED)
pkg_check_modules(libnl REQUIRED IMPORTED_TARGET libnl-3.0>=3.5)
add_library(vdeup_libnl INTERFACE)
find_library(LIBNL_ARCHIVE libnl-3.a HINTS ${libnl_LIBRARY_DIRS})
if(VDEUP_STATIC_RUNTIME AND LIBNL_ARCHIVE) # few of its functions are used: 90 kB, and one library less to load
  target_include_directories(vdeup_libnl SYSTEM INTERFACE ${libnl_INCLUDE_DIRS})
  target_link_libraries(vdeup_libnl INTERFACE ${LIBNL_ARCHIVE} Threads::Threads)
else()
  target_link_libraries(vdeup_libnl INTERFACE PkgConfig::libnl)
endif()
# Its headers alone: linked, it would cost each launch six more libraries, and few launches have a manager to talk to.
pkg_check_modules(libsystemd REQUIRED libsystemd>=241)
pkg_check_modules(libnftables REQUIRED libnftables>=0.9.3) # the same: few launches change rules

# Tests attach other clients with libvdeplug. Debian's libvdeplug-dev has no pkg-config file.
if(VDEUP_TESTS)
  find_path(VDEPLUG_INCLUDE_DIR libvdeplug.h REQUIRED)
  find_library(VDEPLUG_LIBRARY vdeplug REQUIRED)
  add_library(vdeplug::vdeplug UNKNOWN IMPORTED)
  set_target_properties(vdeplug::vdeplug PROPERTIES IMPORTED_LOCATION ${VDEPLUG_LIBRARY}
                                                    INTERFACE_INCLUDE_DIRECTORIES ${VDEPLUG_INCLUDE_DIR})
endif()
