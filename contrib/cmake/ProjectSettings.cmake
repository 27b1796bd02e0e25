include(CheckCXXSourceCompiles)

# What all of our own code is compiled with. Linked PRIVATE; third-party code never sees it.
add_library(project_settings INTERFACE)
target_compile_features(project_settings INTERFACE cxx_std_20)
target_include_directories(project_settings INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_definitions(project_settings INTERFACE _GNU_SOURCE)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)

if(VDEUP_SANITIZE) # compiled into all but tests (VDEUP_UNSANITIZED), linked into all
  set(sanitizers -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  target_compile_options(project_settings
                         INTERFACE "$<$<NOT:$<BOOL:$<TARGET_PROPERTY:VDEUP_UNSANITIZED>>>:${sanitizers}>")
  target_link_options(project_settings INTERFACE -fsanitize=address,undefined)
endif()

# How our programs are linked.
add_library(program_settings INTERFACE)
if(VDEUP_STATIC_RUNTIME) # see Dependencies.cmake
  target_link_options(program_settings INTERFACE -static-libstdc++ -static-libgcc -Wl,--gc-sections,--as-needed)
  # Relative relocations as a bitmap: 120 kB less to read at each launch. The loader of glibc 2.36 understands them.
  set(CMAKE_REQUIRED_LINK_OPTIONS -Wl,-z,pack-relative-relocs)
  check_cxx_source_compiles("#include <features.h>
    #if !__GLIBC_PREREQ(2, 36)
    #error
    #endif
    int main() {}" VDEUP_PACKS_RELOCATIONS)
  if(VDEUP_PACKS_RELOCATIONS)
    target_link_options(program_settings INTERFACE ${CMAKE_REQUIRED_LINK_OPTIONS})
  endif()
  unset(CMAKE_REQUIRED_LINK_OPTIONS)
  # The global offset table is read-only before main() begins. Binding at once also takes less time than one by one.
  target_link_options(program_settings INTERFACE -Wl,-z,relro,-z,now)
endif()

if(VDEUP_TIDY)
  find_program(CLANG_TIDY clang-tidy REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY})
endif()
