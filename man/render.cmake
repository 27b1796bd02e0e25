# Makes one manual from its page, in HTML or PDF.
#
#   cmake -DMANDOC=PROGRAM -DFORM=html|pdf -DPAGE=vdeup.1 -DPAGES=LIST -DOUTPUT=FILE -DFOOT=TEXT -P render.cmake
#
# In HTML, references to the pages in PAGES become links; the others are in no file that we know.
cmake_minimum_required(VERSION 3.25)

set(options_html "toc,style=manual.css,man=%N.%S.html")
set(options_pdf "paper=a4")

cmake_path(GET OUTPUT PARENT_PATH directory)
file(MAKE_DIRECTORY ${directory})
execute_process(COMMAND ${MANDOC} -T ${FORM} -O ${options_${FORM}} -I "os=${FOOT}" ${PAGE} OUTPUT_FILE ${OUTPUT}.new
                COMMAND_ERROR_IS_FATAL ANY)
if(FORM STREQUAL "html")
  file(READ ${OUTPUT}.new text)
  string(REGEX MATCHALL "<a class=\"Xr\" href=\"[^\"]+\"" links "${text}")
  list(REMOVE_DUPLICATES links)
  foreach(link IN LISTS links)
    string(REGEX REPLACE ".*href=\"(.*)[.]html\"" "\\1" target "${link}")
    if(NOT target IN_LIST PAGES)
      string(REPLACE "${link}" "<a class=\"Xr\"" text "${text}")
    endif()
  endforeach()
  file(WRITE ${OUTPUT}.new "${text}")
endif()
file(RENAME ${OUTPUT}.new ${OUTPUT})
