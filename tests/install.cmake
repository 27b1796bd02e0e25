# Installs into a directory of its own and looks at what came there.
#
#   cmake -DBUILD_DIR=… -DPREFIX=… -DBINDIR=bin -DMANDIR=share/man -DDOCDIR=share/doc/vdeup -DLIBEXECDIR=libexec -DMANDOC=… -P tests/install.cmake
cmake_minimum_required(VERSION 3.25)

set(files)
foreach(program vdeup vdeq vdeqemu vdekvm ctys-setupVDE)
  list(APPEND files ${BINDIR}/${program} ${MANDIR}/man1/${program}.1)
endforeach()
list(APPEND files ${MANDIR}/man5/vdeup.conf.5 ${MANDIR}/man5/vdeup-profile.5 share/vdeup/templates/vm/linux-q35.conf
     ${MANDIR}/man5/vdeup-policy.5 ${MANDIR}/man8/vdeup-helper.8 ${LIBEXECDIR}/vdeup/vdeup-helper
     share/vdeup/templates/privilege/sudoers)
if(MANDOC)
  foreach(page vdeup.1 vdeq.1 ctys-setupVDE.1 vdeup.conf.5 vdeup-profile.5 vdeup-policy.5 vdeup-helper.8)
    list(APPEND files ${DOCDIR}/html/${page}.html ${DOCDIR}/pdf/${page}.pdf)
  endforeach()
  list(APPEND files ${DOCDIR}/html/manual.css)
endif()

file(REMOVE_RECURSE ${PREFIX})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${PREFIX} COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
foreach(path IN LISTS files)
  if(NOT EXISTS ${PREFIX}/${path}) # follows links: a link to nowhere does not exist
    message(FATAL_ERROR "not installed: ${path}")
  endif()
endforeach()
execute_process(COMMAND ${PREFIX}/${BINDIR}/vdeup -V OUTPUT_VARIABLE version COMMAND_ERROR_IS_FATAL ANY)
if(NOT version MATCHES "^vdeup [0-9]+\\.[0-9]+\\.[0-9]+\n$")
  message(FATAL_ERROR "vdeup -V prints '${version}'")
endif()
# The installed program finds the installed manuals, and not those of the build tree.
execute_process(COMMAND ${PREFIX}/${BINDIR}/vdeup -H vdeup.conf OUTPUT_VARIABLE manual COMMAND_ERROR_IS_FATAL ANY)
if(NOT manual STREQUAL "${PREFIX}/${MANDIR}/man5/vdeup.conf.5\n")
  message(FATAL_ERROR "vdeup -H vdeup.conf prints '${manual}'")
endif()
file(REMOVE_RECURSE ${PREFIX})
