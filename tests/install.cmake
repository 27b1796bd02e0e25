# Installs into a directory of its own and looks at what came there.
#
#   cmake -DBUILD_DIR=… -DPREFIX=… -DBINDIR=bin -DMANDIR=share/man -P tests/install.cmake
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${PREFIX})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${PREFIX} COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
foreach(path ${BINDIR}/vdeup ${BINDIR}/vdeq ${BINDIR}/vdeqemu ${BINDIR}/vdekvm ${MANDIR}/man1/vdeup.1
             ${MANDIR}/man1/vdeq.1 ${MANDIR}/man1/vdeqemu.1 ${MANDIR}/man1/vdekvm.1)
  if(NOT EXISTS ${PREFIX}/${path}) # follows links: a link to nowhere does not exist
    message(FATAL_ERROR "not installed: ${path}")
  endif()
endforeach()
execute_process(COMMAND ${PREFIX}/${BINDIR}/vdeup -V OUTPUT_VARIABLE version COMMAND_ERROR_IS_FATAL ANY)
if(NOT version MATCHES "^vdeup [0-9]+\\.[0-9]+\\.[0-9]+\n$")
  message(FATAL_ERROR "vdeup -V prints '${version}'")
endif()
file(REMOVE_RECURSE ${PREFIX})
