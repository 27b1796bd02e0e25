# Warnings for our own code. They are errors for developers only: a newer compiler must not break a packager.
add_library(project_warnings INTERFACE)
target_compile_options(
  project_warnings
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wshadow
            -Wconversion
            -Wsign-conversion
            -Wnon-virtual-dtor
            -Wold-style-cast
            -Woverloaded-virtual
            -Wlogical-op
            -Wduplicated-cond
            # Designated initialisers leave members to their defaults on purpose.
            -Wno-missing-field-initializers
            $<$<BOOL:${VDEUP_DEVELOPER}>:-Werror>)
