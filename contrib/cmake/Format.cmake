# `format` rewrites our sources as .clang-format says, `check_format` only looks.
find_program(CLANG_FORMAT clang-format)
if(CLANG_FORMAT)
  file(GLOB_RECURSE VDEUP_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*.[ch]pp
       ${PROJECT_SOURCE_DIR}/tests/*.[ch]pp)
  add_custom_target(format COMMAND ${CLANG_FORMAT} -i ${VDEUP_SOURCES})
  add_custom_target(check_format COMMAND ${CLANG_FORMAT} --dry-run -Werror ${VDEUP_SOURCES})
endif()
